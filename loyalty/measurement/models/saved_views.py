"""Lists as somebody wants to see them again."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import User


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Questions over saved views."""

    def for_list(self, label: str, user: User) -> "SavedViewQuerySet":
        """A person's own and the shared ones of one list, own first."""
        return (
            self.filter(Q(owner_id=user.pk) | Q(is_shared=True), label=label)
            .annotate(is_own=models.ExpressionWrapper(Q(owner_id=user.pk), models.BooleanField()))
            .select_related("owner")
            .order_by("-is_own", "name", "pk")
        )


class SavedView(models.Model):
    """A list with its search, filters and order under a name; its owner's, or shared with all who may
    see the list. The list itself decides what whoever opens it sees."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    label = models.CharField(_("list"), max_length=60)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=2000, blank=True)
    is_shared = models.BooleanField(_("shared with everybody who may see the list"), default=False)
    created_at = models.DateTimeField(_("created at"))

    objects = SavedViewQuerySet.as_manager()

    #: Set by `for_list`: whether it is the reader's own.
    is_own: bool

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "label", "name"], name="saved_view_named_once"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_named"),
        ]

    def __str__(self) -> str:
        return self.name

"""What is kept about members beside their own words: tags and attributes, given by rules or by staff."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.domain.traits import LONGEST_NAME, LONGEST_VALUE
from members.models.members import Member


class MemberTagQuerySet(models.QuerySet["MemberTag"]):
    """Questions over tags."""

    def living_at(self, at: datetime) -> "MemberTagQuerySet":
        """Rows that tag a member at this instant."""
        return self.filter(Q(until=None) | Q(until__gt=at), starts_at__lte=at)


class MemberTag(models.Model):
    """A word that a member carries from `starts_at` until `until` (empty: for good).

    One row for each cause, so that taking one back leaves what another gave. A member has a tag once,
    however many causes hold it.
    """

    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="tags", verbose_name=_("member")
    )
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    starts_at = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("until"), null=True)
    cause = models.CharField(_("cause"), max_length=120, unique=True)

    objects = MemberTagQuerySet.as_manager()

    class Meta:
        verbose_name = _("tag of a member")
        verbose_name_plural = _("tags of members")
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("starts_at")), name="member_tag_ends_after"
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(cause=""), name="member_tag_named"),
        ]
        indexes = [models.Index(fields=["member", "name"], name="member_tag_of")]

    def __str__(self) -> str:
        return self.name


class MemberAttribute(models.Model):
    """A named value of a member. What was said last holds, by `set_at`, then by its cause."""

    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="attributes", verbose_name=_("member")
    )
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    value = models.CharField(_("value"), max_length=LONGEST_VALUE)
    set_at = models.DateTimeField(_("set at"))
    cause = models.CharField(_("cause"), max_length=120)

    class Meta:
        verbose_name = _("attribute of a member")
        verbose_name_plural = _("attributes of members")
        constraints = [
            models.UniqueConstraint(fields=["member", "name"], name="member_attribute_once"),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(cause=""), name="member_attribute_named"
            ),
        ]
        indexes = [models.Index(fields=["name", "member"], name="member_attribute_names")]

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"

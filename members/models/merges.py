"""That two memberships turned out to be one person's."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models.members import Member


class MergeQuerySet(models.QuerySet["Merge"]):
    """Questions over merges."""

    def standing(self) -> "MergeQuerySet":
        """Those that have not been undone."""
        return self.filter(undone_at=None)

    def around(self, member: Member) -> "MergeQuerySet":
        """Those that this member stands in, on either side."""
        return self.standing().filter(Q(source=member) | Q(target=member))


class Merge(models.Model):
    """`source` became `target`, who keeps their reference; until it is undone.

    Points moved as entries whose cause is the merge. `took` lists what else went over, by the name of
    its table, so that undoing gives back exactly that.
    """

    source = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="merges_away")
    target = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="merges_here")
    key = models.CharField(max_length=200, unique=True)
    reason = models.CharField(_("reason"), max_length=300)
    merged_at = models.DateTimeField(_("merged at"))
    merged_by = models.CharField(_("merged by"), max_length=150)
    undone_at = models.DateTimeField(_("undone at"), null=True)
    undone_by = models.CharField(_("undone by"), max_length=150, blank=True)
    took = models.JSONField(default=dict)

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        constraints = [
            models.CheckConstraint(condition=~Q(source=F("target")), name="merge_of_two"),
            models.CheckConstraint(condition=~Q(reason=""), name="merge_has_reason"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by="")
                | (Q(undone_at__gte=F("merged_at")) & ~Q(undone_by="")),
                name="merge_undone_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["source"], condition=Q(undone_at=None), name="merge_away_once"
            ),
        ]
        permissions = [("merge_member", "Can merge members, and undo it")]

    def __str__(self) -> str:
        return f"merge #{self.pk}"

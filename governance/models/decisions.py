"""What came of a case."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from governance.domain.tally import SMALLEST_QUORUM, Outcome, in_points
from governance.models.cases import Case
from governance.models.committees import Seat


class Decision(models.Model):
    """The count at the moment a case was closed, and what it means. Append-only.

    `mean` is the weighted mean score in hundredths. `closed_by` is the seat that presided; it is
    empty when a case was declared void from outside the committee.
    """

    class Result(models.TextChoices):
        APPROVED = Outcome.APPROVED, _("approved")
        REJECTED = Outcome.REJECTED, _("rejected")
        VOID = Outcome.VOID, _("void")

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="decision")
    outcome = models.CharField(_("outcome"), max_length=8, choices=Result.choices)
    eligible = models.PositiveSmallIntegerField(_("eligible judges"))
    needed = models.PositiveSmallIntegerField(_("quorum"))
    yes = models.PositiveSmallIntegerField(_("yes"))
    no = models.PositiveSmallIntegerField(_("no"))
    abstained = models.PositiveSmallIntegerField(_("abstained"))
    mean = models.PositiveSmallIntegerField(_("mean score in hundredths"), null=True)
    means = models.JSONField(_("means by criterion in hundredths"), default=dict)
    closed_by = models.ForeignKey(
        Seat, on_delete=models.PROTECT, null=True, related_name="decisions"
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    decided_at = models.DateTimeField(_("decided at"))

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [
            models.CheckConstraint(
                condition=Q(needed__gte=SMALLEST_QUORUM), name="decision_quorum_least"
            ),
            models.CheckConstraint(
                condition=Q(outcome="void") | Q(needed__lte=F("yes") + F("no") + F("abstained")),
                name="decision_has_quorum",
            ),
            models.CheckConstraint(
                condition=Q(outcome="void")
                | Q(outcome="approved", yes__gt=F("no"))
                | Q(outcome="rejected", yes__lte=F("no")),
                name="decision_follows_count",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} #{self.pk}"

    @property
    def present(self) -> int:
        """How many ballots counted."""
        return self.yes + self.no + self.abstained

    @property
    def score(self) -> Decimal | None:
        """The mean on the scale."""
        return in_points(self.mean)

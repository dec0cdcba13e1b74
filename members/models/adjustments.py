"""Points that a person gives or takes by hand."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models.ledger import Entry, Unit
from members.models.members import Member


class Adjustment(models.Model):
    """`amount` points given to a member (or taken, when negative) by staff, with a reason.

    With `pending` it raises or lowers that accrual, which waits to become active.

    Within what one person may adjust a day it is posted at once; above, a second person decides.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("waiting for a second person")
        POSTED = "posted", _("posted")
        DECLINED = "declined", _("declined")

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="adjustments")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField(_("points"), help_text=_("Negative takes points away."))
    reason = models.CharField(_("reason"), max_length=300)
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    key = models.CharField(max_length=200, unique=True)
    entry = models.OneToOneField(
        Entry, on_delete=models.PROTECT, null=True, related_name="adjustment"
    )
    pending = models.ForeignKey(
        Entry,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("pending accrual"),
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    made_at = models.DateTimeField(_("made at"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)

    class Meta:
        verbose_name = _("adjustment")
        verbose_name_plural = _("adjustments")
        permissions = [("decide_adjustment", "Can decide on adjustments above the limit")]
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="adjustment_not_nothing"),
            models.CheckConstraint(condition=~Q(reason=""), name="adjustment_has_reason"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("made_by")),
                name="adjustment_decided_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by=None, entry=None)
                | Q(state="posted")
                | Q(state="declined", decided_by__isnull=False, entry=None),
                name="adjustment_state_fits",
            ),
        ]
        indexes = [models.Index(fields=["made_by", "made_at"], name="adjustment_of_the_day")]

    def __str__(self) -> str:
        return f"{self.amount:+} #{self.pk}"

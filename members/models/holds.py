"""Points set aside for a checkout that is still going on."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models.ledger import Entry, Unit
from members.models.members import Member


class Hold(models.Model):
    """`amount` points of a member that nothing else can spend until the hold ends, once and for all:
    captured (`captured` of them were spent, the rest came back), released, or timed out.

    `reference` is the order it was placed for, so that a return of that order finds what was paid;
    `order_source` who tells of that order, where two shops may give the same numbers.
    """

    class State(models.TextChoices):
        HELD = "held", _("held")
        CAPTURED = "captured", _("captured")
        RELEASED = "released", _("released")
        EXPIRED = "expired", _("timed out")

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="holds")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField(_("amount"))
    captured = models.BigIntegerField(_("captured"), default=0)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.HELD)
    key = models.CharField(max_length=200, unique=True)
    reference = models.CharField(_("order"), max_length=200, blank=True)
    order_source = models.CharField(_("told by"), max_length=100, blank=True)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, null=True, related_name="hold")
    placed_at = models.DateTimeField(_("placed at"))
    expires_at = models.DateTimeField(_("times out at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="hold_not_empty"),
            models.CheckConstraint(
                condition=Q(state="captured", captured__gt=0, captured__lte=F("amount"))
                | (~Q(state="captured") & Q(captured=0)),
                name="hold_captures_at_most_what_it_holds",
            ),
            models.CheckConstraint(
                condition=Q(state="held", ended_at=None)
                | (~Q(state="held") & Q(ended_at__isnull=False)),
                name="hold_ends_once",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("placed_at")), name="hold_times_out_later"
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="hold_due", condition=Q(state="held")),
            models.Index(fields=["member", "reference"], name="hold_for_order"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} #{self.pk}"

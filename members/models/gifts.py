"""Points that one member gives another."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models.ledger import Unit
from members.models.members import Member


class Gift(models.Model):
    """`amount` points from one member to another; the points keep the life they had."""

    class State(models.TextChoices):
        GIVEN = "given", _("given")
        TAKEN_BACK = "taken_back", _("taken back")

    giver = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="gifts_given")
    receiver = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="gifts_received")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField(_("points"))
    message = models.CharField(_("message"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.GIVEN)
    key = models.CharField(max_length=200, unique=True)
    given_at = models.DateTimeField(_("given at"))
    taken_back_at = models.DateTimeField(_("taken back at"), null=True)

    class Meta:
        verbose_name = _("gift")
        verbose_name_plural = _("gifts")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="gift_not_empty"),
            models.CheckConstraint(condition=~Q(giver=F("receiver")), name="gift_to_another"),
            models.CheckConstraint(
                condition=Q(state="given", taken_back_at=None)
                | Q(state="taken_back", taken_back_at__isnull=False),
                name="gift_taken_back_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} #{self.pk}"

"""Points that members put into the purse of their household, and take out of it."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models.gifts import UNDO
from members.models.households import Household
from members.models.ledger import Unit
from members.models.members import Member


class HouseholdMoveQuerySet(models.QuerySet["HouseholdMove"]):
    """Questions over what went in and out."""

    def of(self, household: Household) -> "HouseholdMoveQuerySet":
        """Everything that went in and out of its purse, newest first."""
        return self.filter(household=household).select_related("member", "unit").order_by("-id")


class HouseholdMove(models.Model):
    """`amount` points between a member and the household; the points keep the life they had."""

    class Kind(models.TextChoices):
        CONTRIBUTION = "contribution", _("put in")
        DRAW = "draw", _("taken out")

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="moves")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="household_moves")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField(_("points"))
    key = models.CharField(max_length=200, unique=True)
    moved_at = models.DateTimeField(_("moved at"))
    undone_at = models.DateTimeField(_("undone at"), null=True)

    objects = HouseholdMoveQuerySet.as_manager()

    class Meta:
        verbose_name = _("household move")
        verbose_name_plural = _("household moves")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="household_move_not_empty"),
        ]
        indexes = [
            models.Index(fields=["household", "member", "moved_at"], name="household_move_of_day")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} #{self.pk}"

    @property
    def undo_until(self) -> datetime:
        """Until when the member may undo it."""
        return self.moved_at + UNDO

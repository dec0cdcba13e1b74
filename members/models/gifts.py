"""Points that one member gives another, and the codes by which members find each other."""

import secrets
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models.ledger import Unit
from members.models.members import Member

#: How long the giver may undo a gift.
UNDO = timedelta(minutes=10)

#: Letters and digits that nobody mistakes for one another; eight of them are 40 bits.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 8


def new_gift_code() -> str:
    """A code that cannot be guessed."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read_gift_code(text: str) -> str:
    """A code as it is stored, however somebody typed it."""
    return "".join(letter for letter in text.upper() if letter.isalnum())


class GiftQuerySet(models.QuerySet["Gift"]):
    """Questions over gifts."""

    def of(self, member: Member) -> "GiftQuerySet":
        """What this member gave and got, newest first."""
        own = self.filter(Q(giver=member) | Q(receiver=member))
        return own.select_related("giver", "receiver", "unit").order_by("-id")


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

    objects = GiftQuerySet.as_manager()

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

    @property
    def undo_until(self) -> datetime:
        """Until when the giver may undo it."""
        return self.given_at + UNDO


class GiftCode(models.Model):
    """The code by which others give a member points. Only its bearer is shown it, and may replace it."""

    member = models.OneToOneField(
        Member, on_delete=models.PROTECT, primary_key=True, related_name="gift_code"
    )
    code = models.CharField(max_length=LENGTH, unique=True)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("gift code")
        verbose_name_plural = _("gift codes")

    def __str__(self) -> str:
        return f"{self.code[:4]}-{self.code[4:]}"

"""People who live together and keep points together, and the code by which one more joins them."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models.members import Member

#: So long after somebody left a household, its people are still theirs where fairness is asked.
REMEMBERED = timedelta(days=30)

#: How long an invitation is good.
INVITED = timedelta(days=7)

#: At most so many people are one household.
MOST_SEATS = 8

CODE_LENGTH = 8


class HouseholdQuerySet(models.QuerySet["Household"]):
    """Questions over households."""

    def of(self, member: Member) -> "HouseholdQuerySet":
        """The household in which the member sits now (none or one row)."""
        return self.filter(seats__member=member, seats__left_at=None)

    def around(self, user_id: int, at: datetime) -> "HouseholdQuerySet":
        """Those in which this user sits, or sat until shortly before `at`."""
        seats = HouseholdSeat.objects.near(at).filter(member__user=user_id)
        return self.filter(pk__in=seats.values("household"))


class Household(models.Model):
    """Members who keep points in one purse. `closed_at` is empty while it lasts.

    `daily_limit`: so many points of a unit those who are not its head may take out in 24 hours.
    """

    name = models.CharField(_("name"), max_length=60)
    daily_limit = models.PositiveIntegerField(
        _("points that each may take out a day"),
        null=True,
        blank=True,
        help_text=_("Empty: any. It does not hold for the head of the household."),
    )
    created_at = models.DateTimeField(_("created at"))
    closed_at = models.DateTimeField(_("closed at"), null=True)

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")

    def __str__(self) -> str:
        return self.name


class HouseholdSeatQuerySet(models.QuerySet["HouseholdSeat"]):
    """Questions over who sits where."""

    def now(self) -> "HouseholdSeatQuerySet":
        """The seats that are taken, the head's first."""
        return self.filter(left_at=None).order_by("role", "joined_at", "pk")

    def near(self, at: datetime) -> "HouseholdSeatQuerySet":
        """The seats that are taken, or were left less than `REMEMBERED` before `at`."""
        return self.filter(Q(left_at=None) | Q(left_at__gt=at - REMEMBERED))

    def shared(self, user_id: int, member: Member, at: datetime) -> "HouseholdSeatQuerySet":
        """The member's seats in households that are the user's as well, now or lately; also those they
        had under a reference that was merged into theirs."""
        around = Household.objects.around(user_id, at)
        theirs = Q(member=member) | Q(member__merged_into=member)
        return self.near(at).filter(theirs, household__in=around)


class HouseholdSeat(models.Model):
    """That a member belongs to a household, from when to when."""

    class Role(models.TextChoices):
        HEAD = "head", _("head")
        MEMBER = "member", _("member")

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="seats")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="household_seats")
    role = models.CharField(_("role"), max_length=6, choices=Role.choices, default=Role.MEMBER)
    joined_at = models.DateTimeField(_("joined at"))
    left_at = models.DateTimeField(_("left at"), null=True)

    objects = HouseholdSeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("seat in a household")
        verbose_name_plural = _("seats in households")
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=Q(left_at=None), name="household_one_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(left_at=None, role="head"),
                name="household_has_one_head",
            ),
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__gte=models.F("joined_at")),
                name="household_seat_ends_after",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} #{self.pk}"

    @property
    def is_head(self) -> bool:
        """Whether this person looks after the household."""
        return self.role == self.Role.HEAD


class HouseholdInvitation(models.Model):
    """The code by which one more member joins: good for `INVITED`, used once, replaced at will."""

    household = models.OneToOneField(
        Household, on_delete=models.PROTECT, primary_key=True, related_name="invitation"
    )
    code = models.CharField(max_length=CODE_LENGTH, unique=True)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("invitation to a household")
        verbose_name_plural = _("invitations to households")

    def __str__(self) -> str:
        return f"{self.code[:4]}-{self.code[4:]}"

    @property
    def good_until(self) -> datetime:
        """From when on it leads nowhere."""
        return self.made_at + INVITED

"""Who lives together: opening a household, asking somebody in, leaving, closing.

Everybody sits in one household at most, and joins it of their own accord. Whoever leaves takes along
what they put into its purse and nobody has drawn.
"""

from django.db import IntegrityError, transaction

from members import clock
from members.domain.actors import Actor
from members.domain.sentences import kept
from members.errors import (
    HouseholdFull,
    InHousehold,
    NoSuchInvitation,
    OnlyHead,
    ReasonNeeded,
)
from members.models import Household, HouseholdInvitation, HouseholdSeat, Member
from members.models.gifts import new_gift_code, read_gift_code
from members.models.households import INVITED, MOST_SEATS
from members.operations import audit, purses, relations

Role = HouseholdSeat.Role


@transaction.atomic
def open(member: Member, *, name: str, actor: Actor) -> Household:
    """A household of one, whose head the member is. Raises InHousehold."""
    household = Household.objects.create(name=name[:60], created_at=clock.now())
    _sit(household, member, Role.HEAD)
    audit.record(
        household, actor=actor, verb="members.household.opened", after={"member": member.pk}
    )
    return household


def _sit(household: Household, member: Member, role: str) -> HouseholdSeat:
    try:
        with transaction.atomic():
            return HouseholdSeat.objects.create(
                household=household, member=member, role=role, joined_at=clock.now()
            )
    except IntegrityError as error:
        raise InHousehold() from error


@transaction.atomic
def invite(head: Member, *, actor: Actor) -> HouseholdInvitation:
    """A code by which one more member joins; the one before leads nowhere from now on.

    Raises NoHousehold, OnlyHead or HouseholdFull.
    """
    household = _headed_by(head)
    _check_room(household)
    invitation, _is_new = HouseholdInvitation.objects.update_or_create(
        household=household, defaults={"code": new_gift_code(), "made_at": clock.now()}
    )
    audit.record(household, actor=actor, verb="members.household.invited")
    return invitation


def invited_to(code: str) -> Household | None:
    """Where a code leads, however it is typed; None when nowhere, or not any more."""
    found = HouseholdInvitation.objects.filter(
        code=read_gift_code(code), made_at__gt=clock.now() - INVITED, household__closed_at=None
    )
    return next((each.household for each in found.select_related("household")), None)


@transaction.atomic
def join(member: Member, *, code: str, actor: Actor) -> HouseholdSeat:
    """Take the seat that a code offers; the code is used up. Raises NoSuchInvitation, HouseholdFull or
    InHousehold."""
    household = invited_to(code)
    if household is None:
        raise NoSuchInvitation()
    household = purses.lock(household)
    # Somebody may have been quicker, or the head have taken it back, while we waited.
    used, _rows = HouseholdInvitation.objects.filter(
        household=household, code=read_gift_code(code)
    ).delete()
    if not used or household.closed_at is not None:
        raise NoSuchInvitation()
    _check_room(household)
    seat = _sit(household, member, Role.MEMBER)
    audit.record(
        household, actor=actor, verb="members.household.joined", after={"member": member.pk}
    )
    return seat


def _check_room(household: Household) -> None:
    if HouseholdSeat.objects.now().filter(household=household).count() >= MOST_SEATS:
        raise HouseholdFull(most=MOST_SEATS)


@transaction.atomic
def leave(member: Member, *, actor: Actor) -> HouseholdSeat:
    """Give up one's seat, with what one put in and nobody has drawn.

    After the head, whoever has sat there longest is it; the last to leave closes the household. Also
    for a member who is erased or merged. Raises NoHousehold, or Frozen.
    """
    return _end(purses.lock_seat(member), actor=actor, verb="members.household.left")


@transaction.atomic
def remove(seat: HouseholdSeat, *, by: Member, actor: Actor) -> HouseholdSeat:
    """The head shows somebody out, as if they had left. Who has left already stays as they are.

    Raises NoHousehold, OnlyHead, or Frozen.
    """
    household = _headed_by(by)
    seat = HouseholdSeat.objects.select_related("household", "member").get(pk=seat.pk)
    if seat.household_id != household.pk or seat.member_id == by.pk:
        raise OnlyHead()
    if seat.left_at is not None:
        return seat
    return _end(seat, actor=actor, verb="members.household.removed")


def _end(seat: HouseholdSeat, *, actor: Actor, verb: str) -> HouseholdSeat:
    points = purses.send_home(seat)
    _vacate(seat)
    after = {"member": seat.member_id, "points": points}
    audit.record(seat.household, actor=actor, verb=verb, after=after)
    others = HouseholdSeat.objects.now().filter(household=seat.household)
    if not others.exists():
        _close(seat, actor=actor, reason=kept("Everybody has left"))
    elif seat.is_head:
        _succeed(others.order_by("joined_at", "pk")[0], actor=actor)
    return seat


def _vacate(seat: HouseholdSeat) -> None:
    seat.left_at = max(clock.now(), seat.joined_at)
    seat.save(update_fields=["left_at"])


def _succeed(heir: HouseholdSeat, *, actor: Actor) -> None:
    """With the head goes the code they gave away."""
    HouseholdInvitation.objects.filter(household=heir.household_id).delete()
    heir.role = Role.HEAD
    heir.save(update_fields=["role"])
    after = {"member": heir.member_id}
    audit.record(heir.household, actor=actor, verb="members.household.headed", after=after)


@transaction.atomic
def set_limit(head: Member, *, limit: int | None, actor: Actor) -> Household:
    """How many points of a unit those who are not the head may take out a day (None: any).

    Raises NoHousehold or OnlyHead.
    """
    household = _headed_by(head)
    before, household.daily_limit = household.daily_limit, limit
    household.save(update_fields=["daily_limit"])
    audit.record(
        household,
        actor=actor,
        verb="members.household.limited",
        before={"daily_limit": before},
        after={"daily_limit": limit},
    )
    return household


@transaction.atomic
def close_own(head: Member, *, actor: Actor) -> Household:
    """The head ends the household; everybody gets back what they put in and nobody has drawn.

    Raises NoHousehold, OnlyHead, or Frozen.
    """
    household = _headed_by(head)
    return _close(_head_of(household), actor=actor, reason=kept("Closed by its head"))


@transaction.atomic
def close(household: Household, *, reason: str, actor: Actor) -> Household:
    """Staff end a household, as its head could. Closing again changes nothing.

    Raises ReasonNeeded, NotForHousehold when it is their own, or Frozen.
    """
    if not reason.strip():
        raise ReasonNeeded()
    household = purses.lock(household)
    near = (
        relations.bar_household(actor.id, household) if actor.kind == "user" and actor.id else None
    )
    if near is not None:
        raise near
    if household.closed_at is not None:
        return household
    return _close(_head_of(household), actor=actor, reason=reason)


def _close(seat: HouseholdSeat, *, actor: Actor, reason: str) -> Household:
    """With the household locked."""
    household = seat.household
    points = purses.send_home(seat, everybodys=True)
    for taken in HouseholdSeat.objects.now().filter(household=household):
        _vacate(taken)
    HouseholdInvitation.objects.filter(household=household).delete()
    household.closed_at = clock.now()
    household.save(update_fields=["closed_at"])
    audit.record(
        household,
        actor=actor,
        verb="members.household.closed",
        after={"points": points},
        reason=reason,
    )
    return household


def _headed_by(member: Member) -> Household:
    """The household whose head this member is, locked. Raises NoHousehold or OnlyHead."""
    seat = purses.lock_seat(member)
    if not seat.is_head:
        raise OnlyHead()
    return seat.household


def _head_of(household: Household) -> HouseholdSeat:
    seats = HouseholdSeat.objects.now().filter(household=household, role=Role.HEAD)
    return seats.select_related("household").get()

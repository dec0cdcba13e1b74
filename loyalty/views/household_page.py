"""Everything that the household page says, to one of the household."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.paginator import Page, Paginator

from loyalty.views.expiring import Expiring, expiring_from
from members import clock
from members.models import (
    Account,
    Balance,
    Household,
    HouseholdInvitation,
    HouseholdMove,
    HouseholdSeat,
    Member,
    Unit,
    User,
)
from members.permissions import Verdict, can_undo_move

MOVES = 20


@dataclass(frozen=True, slots=True)
class Kept:
    """What the household keeps of a unit, what the member has of it, and what ends soon."""

    unit: Unit
    together: int
    own: int
    expiring: Sequence[Expiring]


@dataclass(frozen=True, slots=True)
class Moved:
    """Points that went in or out, and whether the reader may undo it now."""

    move: HouseholdMove
    can_undo: Verdict


@dataclass(frozen=True, slots=True)
class Home:
    """A household as one of its people sees it. `invitation` is the head's to see, while it is good."""

    seat: HouseholdSeat
    seats: Sequence[HouseholdSeat]
    kept: Sequence[Kept]
    invitation: HouseholdInvitation | None
    page: Page
    moves: Sequence[Moved]

    @property
    def household(self) -> Household:
        """Which one it is."""
        return self.seat.household

    @property
    def units(self) -> list[Unit]:
        """What can be kept together."""
        return [kept.unit for kept in self.kept]


def home_of(member: Member, *, reader: User, page: str | None = None) -> Home | None:
    """The member's household, as `reader`, who is the member, may act on it; None without one.

    The queries do not grow with the household.
    """
    seat = HouseholdSeat.objects.now().filter(member=member).select_related("household").first()
    if seat is None:
        return None
    invitation = HouseholdInvitation.objects.filter(household=seat.household).first()
    is_seen = seat.is_head and invitation is not None and invitation.good_until > clock.now()
    seats = HouseholdSeat.objects.now().filter(household=seat.household)
    moves = Paginator(HouseholdMove.objects.of(seat.household), MOVES).get_page(page)
    return Home(
        seat,
        list(seats.select_related("member")),
        _kept(seat.household, member),
        invitation if is_seen else None,
        moves,
        [Moved(move, can_undo_move(reader, move)) for move in moves.object_list],
    )


def _kept(household: Household, member: Member) -> list[Kept]:
    spendable = Unit.objects.filter(purpose=Unit.Purpose.SPENDABLE).order_by("pk")
    purses = Account.objects.filter(household=household).select_related("balance")
    by_unit = {purse.unit_id: purse for purse in purses}
    wallets = Balance.objects.filter(account__member=member, account__kind=Account.Kind.WALLET)
    own = dict(wallets.values_list("account__unit_id", "amount"))
    found = []
    for unit in spendable:
        purse = by_unit.get(unit.pk)
        expiring = expiring_from(purse, clock.now(), member.time_zone) if purse else []
        together = purse.balance.amount if purse else 0
        found.append(Kept(unit, together, own.get(unit.pk, 0), expiring))
    return found

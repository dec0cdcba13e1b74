"""What a household keeps together: members put points in and take points out, lot by lot.

Everybody locks in one order: the household, then the balances.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from members import clock
from members.domain.actors import Actor
from members.domain.ledger import Line
from members.domain.sentences import kept
from members.errors import (
    AboveHouseholdLimit,
    CannotBeGiven,
    NoHousehold,
    NotEnough,
    NotPositive,
    NotYours,
    UndoOver,
)
from members.models import (
    Account,
    Balance,
    Entry,
    Household,
    HouseholdMove,
    HouseholdSeat,
    Member,
    OpenLot,
    Unit,
)
from members.operations import accounts, audit, corrections, credentials, ledger, transfers

Kind = HouseholdMove.Kind
#: How entries name a move as their cause, and somebody's leaving.
MOVE, LEAVING = "household", "household_seat"


def lock(household: Household) -> Household:
    """The household as it is under its lock: nobody joins, leaves or moves its points meanwhile."""
    return Household.objects.select_for_update(of=("self",)).get(pk=household.pk)


def lock_seat(member: Member) -> HouseholdSeat:
    """The member's seat, with the household locked. Raises NoHousehold."""
    household = Household.objects.of(member).first()
    if household is not None:
        lock(household)
    # Who waited for the lock may have been shown out meanwhile.
    seats = HouseholdSeat.objects.now().filter(member=member, household=household)
    seat = seats.select_related("household", "member").first()
    if seat is None:
        raise NoHousehold()
    return seat


@transaction.atomic
def contribute(member: Member, *, unit: Unit, amount: int, key: str, actor: Actor) -> HouseholdMove:
    """Put `amount` points into the purse of the member's household; each keeps its expiry.

    The same `key` again returns the first move. Raises NotPositive, CannotBeGiven, NoHousehold,
    CoolingOff or NotEnough.
    """
    return _move(member, Kind.CONTRIBUTION, unit=unit, amount=amount, key=key, actor=actor)


@transaction.atomic
def draw(member: Member, *, unit: Unit, amount: int, key: str, actor: Actor) -> HouseholdMove:
    """Take `amount` points out of the purse, soonest expiry first, whoever put them in.

    Same key and refusals as `contribute`, and AboveHouseholdLimit for those who are not the head.
    """
    return _move(member, Kind.DRAW, unit=unit, amount=amount, key=key, actor=actor)


@transaction.atomic
def draw_missing(
    member: Member, *, unit: Unit, amount: int, key: str, actor: Actor
) -> HouseholdMove | None:
    """Take out what the member lacks to have `amount` of a unit; None when they lack nothing."""
    wallet = ledger.wallet(member, unit)
    if _missing(wallet, amount) <= 0:
        return None
    seat = lock_seat(member)
    ledger.lock(wallet.pk, accounts.purse(seat.household, unit).pk)
    # Asked again now that nobody else moves points of either.
    missing = _missing(wallet, amount)
    if missing <= 0:
        return None
    return draw(member, unit=unit, amount=missing, key=key, actor=actor)


def _missing(wallet: Account, amount: int) -> int:
    own = transfers.spendable(wallet, clock.now()).aggregate(sum=Sum("remaining"))["sum"] or 0
    return amount - own


def kept_with(member: Member) -> dict[int, int]:
    """What the member's household keeps together, by unit; nothing without one. One query."""
    purses = Balance.objects.filter(account__household__in=Household.objects.of(member))
    return dict(purses.values_list("account__unit_id", "amount"))


def _move(
    member: Member, kind: str, *, unit: Unit, amount: int, key: str, actor: Actor
) -> HouseholdMove:
    known = HouseholdMove.objects.filter(key=key).first()
    if known is not None:
        return known
    if amount < 1:
        raise NotPositive()
    if unit.purpose != Unit.Purpose.SPENDABLE:
        raise CannotBeGiven(unit=unit.name)
    seat, now = lock_seat(member), clock.now()
    told = {"household": seat.household, "member": member, "kind": kind, "unit": unit}
    move, is_new = HouseholdMove.objects.get_or_create(
        key=key, defaults={**told, "amount": amount, "moved_at": now}
    )
    if not is_new:
        return move
    credentials.refuse_waiting(member, actor=actor)
    wallet, purse = ledger.wallet(member, unit), accounts.purse(seat.household, unit)
    ledger.lock(wallet.pk, purse.pk)
    if kind == Kind.DRAW:
        _check_limit(move, seat)
        source, target, reason = purse, wallet, kept("From our household")
    else:
        source, target, reason = wallet, purse, kept("To our household")
    lines = transfers.over(source, target, amount, cause=(MOVE, move.pk), reason=reason, at=now)
    ledger.post(lines, at=now)
    verb = "members.household.drawn" if kind == Kind.DRAW else "members.household.contributed"
    after = {"member": member.pk, "move": move.pk, "unit": unit.code, "amount": amount}
    audit.record(seat.household, actor=actor, verb=verb, after=after)
    return move


def _check_limit(move: HouseholdMove, seat: HouseholdSeat) -> None:
    """Counted under the household's lock, this move with the others of the last 24 hours."""
    limit = seat.household.daily_limit
    if limit is None or seat.is_head:
        return
    drawn = HouseholdMove.objects.filter(
        household=seat.household,
        member=seat.member,
        kind=Kind.DRAW,
        unit=move.unit,
        undone_at=None,
        moved_at__gt=move.moved_at - timedelta(hours=24),
    )
    if (drawn.aggregate(sum=Sum("amount"))["sum"] or 0) > limit:
        raise AboveHouseholdLimit(limit=limit)


@transaction.atomic
def undo(move: HouseholdMove, *, by: Member, actor: Actor) -> HouseholdMove:
    """Whoever moved the points moves them back, whole, within ten minutes: into the lots they left.

    Undoing again changes nothing. Raises NotYours, NoHousehold once they have left, UndoOver, or
    NotEnough when some of it has been used or has expired.
    """
    if move.member_id != by.pk:
        raise NotYours()
    seat = lock_seat(by)
    if seat.household_id != move.household_id:
        raise NoHousehold()
    move, now = HouseholdMove.objects.get(pk=move.pk), clock.now()
    if move.undone_at is not None:
        return move
    if now >= move.undo_until:
        raise UndoOver()
    if not give_back(move, actor=actor):
        raise NotEnough(_("Some of these points have been used already."))
    return move


def lock_draw(key: str) -> HouseholdMove | None:
    """The draw of this key while it stands, with its household and both balances locked; None when
    there is none, or the household is closed."""
    move = HouseholdMove.objects.filter(key=key, kind=Kind.DRAW, undone_at=None).first()
    if move is None or lock(move.household).closed_at is not None:
        return None
    wallet = ledger.wallet(move.member, move.unit)
    ledger.lock(wallet.pk, accounts.purse(move.household, move.unit).pk)
    return HouseholdMove.objects.filter(pk=move.pk, undone_at=None).first()


@transaction.atomic
def give_back(move: HouseholdMove, *, actor: Actor) -> bool:
    """Take a move back if nothing of it has been used or has expired; the household must be locked."""
    now, cause = clock.now(), (MOVE, move.pk)
    moved = transfers.moved_by(cause)
    ledger.lock(*{entry.debit_id for entry in moved}, *{entry.credit_id for entry in moved})
    if not transfers.are_whole(moved, now):
        return False
    drawn = move.kind == Kind.DRAW
    reason = kept("Undone: from our household") if drawn else kept("Undone: to our household")
    lines = [
        transfers.back(
            entry,
            kind=Entry.Kind.TRANSFER,
            key=f"{MOVE}:{move.pk}:back:{entry.pk}",
            cause=cause,
            reason=reason,
            at=now,
        )
        for entry in moved
    ]
    ledger.post(lines, at=now)
    move.undone_at = now
    move.save(update_fields=["undone_at"])
    after = {"member": move.member_id, "move": move.pk}
    audit.record(move.household, actor=actor, verb="members.household.undone", after=after)
    return True


def send_home(seat: HouseholdSeat, *, everybodys: bool = False) -> int:
    """Give what this member put into the purse and nobody has drawn back to them, lot by lot; or
    what everybody put in, to each their own. Returns how many points. The household must be locked.

    Each lot goes back into the lot it came from; where that is over, it gets the unit's grace.
    """
    now, purses = clock.now(), list(Account.objects.filter(household=seat.household_id))
    lots = _lots_of(purses, now)
    homes = _contributions(lots)
    if not everybodys:
        homes = {pk: home for pk, home in homes.items() if home.debit.member_id == seat.member_id}
    wallets = {pk for home in homes.values() for pk in (home.debit_id, ledger.heir(home.debit).pk)}
    ledger.lock(*(purse.pk for purse in purses), *wallets)
    # While we waited for the balances, the sweep may have booked an expiry, and nothing else.
    left = [lot for lot in _lots_of(purses, now) if lot.entry_id in homes]
    sources = Entry.objects.filter(pk__in=[home.parent_id for home in homes.values()]).with_ends()
    ends = {source.pk: source for source in sources}
    lines = [
        _homeward(lot, home, ends[home.parent_id], seat, at=now)
        for lot in left
        for home in (homes[lot.entry_id],)
    ]
    ledger.post(lines, at=now)
    return sum(line.amount for line in lines)


def _lots_of(purses: Iterable[Account], at: datetime) -> list[OpenLot]:
    return list(OpenLot.objects.filter(account__in=purses, expires_at__gt=at).order_by("pk"))


def _contributions(lots: Iterable[OpenLot]) -> dict[int, Entry]:
    """For each lot of a purse, the entry that put its points there first.

    What came back out of a draw after its lot was over lies in a lot of its own, whose parent is it.
    """
    found: dict[int, Entry] = {}
    ask: dict[int, int | None] = {lot.entry_id: lot.entry_id for lot in lots}
    while ask:
        entries = Entry.objects.select_related("debit__member", "debit__unit").in_bulk(ask.values())
        opened = {lot: entries[pk] for lot, pk in ask.items() if pk is not None}
        found |= {lot: entry for lot, entry in opened.items() if entry.reverses_id is None}
        ask = {lot: entry.parent_id for lot, entry in opened.items() if entry.reverses_id}
    return found


def _homeward(lot: OpenLot, home: Entry, source: Any, seat: HouseholdSeat, *, at: datetime) -> Line:
    return Line(
        key=f"{LEAVING}:{seat.pk}:{lot.entry_id}",
        kind=Entry.Kind.TRANSFER,
        unit=home.unit_id,
        debit=lot.account_id,
        amount=lot.remaining,
        occurred_at=at,
        cause_kind=LEAVING,
        cause_id=seat.pk,
        reason=kept("Back from our household"),
        parent=lot.entry_id,
        reverses=home.pk,
        takes="lot",
        lot=lot.entry_id,
        **corrections.homecoming(source, home.debit, at=at),
    )

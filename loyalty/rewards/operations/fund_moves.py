"""What rules draw on funds and what comes back. The only writer of moves and of their stored sums."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, Sum

from loyalty.rewards.models import Fund, FundMove

Kind = FundMove.Kind
SUMS = ("granted", "returned", "month", "month_used")


@dataclass(frozen=True, slots=True)
class Grant:
    """Points that a fund pays for: `entry_id` is the accrual, `cause` what brought it about."""

    fund_id: int
    points: int
    entry_id: int
    cause: tuple[str, int | None]


@dataclass(frozen=True, slots=True)
class Back:
    """Points that were paid for by the grant of accrual `accrual_id` and come back.

    `key` names the cause, so that it comes back once.
    """

    fund_id: int
    points: int
    accrual_id: int
    key: str
    cause: tuple[str, int | None]
    kind: str = Kind.RETURNED
    entry_id: int | None = None


def lock(ids: Collection[int]) -> list[Fund]:
    """Lock these funds in order. They come after campaign budgets and before accounts."""
    rows = Fund.objects.select_for_update(of=("self",), no_key=True).select_related("partner")
    return list(rows.filter(pk__in=ids).order_by("pk"))


def grant(funds: Sequence[Fund], grants: Sequence[Grant], *, at: datetime) -> None:
    """Write what locked funds pay for: one statement for the moves, one update for each fund.

    The rules have cut the points to what is left; the fund's constraints hold whoever asks.
    """
    by_id = {fund.pk: fund for fund in funds}
    moves = [
        FundMove(
            fund_id=one.fund_id,
            kind=Kind.GRANTED,
            points=one.points,
            entry_id=one.entry_id,
            month=by_id[one.fund_id].month_at(at),
            key=f"granted:{one.entry_id}",
            cause_kind=one.cause[0],
            cause_id=one.cause[1],
            at=at,
        )
        for one in grants
    ]
    drawn: Counter[int] = Counter()
    for move in moves:
        drawn[move.fund_id] += move.points
    for pk, points in drawn.items():
        fund = by_id[pk]
        turn_to(fund, fund.month_at(at))
        fund.granted += points
        fund.month_used += points
        fund.save(update_fields=SUMS)
    FundMove.objects.bulk_create(moves)


def give_back(funds: Sequence[Fund], backs: Sequence[Back], *, at: datetime) -> int:
    """Write what comes back to locked funds; answers how many moves that were.

    Never more than the grant was, however often its points are taken back or expire. It counts in
    the month of its grant until that is billed, and later in the present one: a bill is never
    rewritten, so what comes back too late is a credit on the next.
    """
    by_id = {fund.pk: fund for fund in funds}
    named = Q(kind=Kind.GRANTED, entry__in={back.accrual_id for back in backs})
    found = FundMove.objects.filter(named).annotate(back=Sum("returns__points"))
    grants = {move.entry_id: move for move in found}
    room = {move.pk: move.points - (move.back or 0) for move in grants.values()}
    moves: list[FundMove] = []
    for back in backs:
        of = grants.get(back.accrual_id)
        points = min(back.points, room[of.pk]) if of is not None else 0
        if of is None or points <= 0:
            continue
        room[of.pk] -= points
        month = _month_of(by_id[back.fund_id], of, at)
        moves.append(_back_move(back, of, points, month, at))
    _count_back(by_id, moves, at)
    FundMove.objects.bulk_create(moves)
    return len(moves)


def write(fund: Fund, kind: str, points: int, *, key: str, at: datetime, **fields: Any) -> FundMove:
    """One move of a locked fund that is about money; the caller changes the sums."""
    fields.setdefault("month", fund.month_at(at))
    return FundMove.objects.create(fund=fund, kind=kind, points=points, key=key, at=at, **fields)


def turn_to(fund: Fund, month: date) -> None:
    """Begin to count in this month, when the fund still counts in one before it."""
    if month > fund.month:
        fund.month, fund.month_used = month, 0


def _back_move(back: Back, of: FundMove, points: int, month: date, at: datetime) -> FundMove:
    return FundMove(
        fund_id=back.fund_id,
        kind=back.kind,
        points=points,
        of=of,
        entry_id=back.entry_id,
        month=month,
        key=back.key,
        cause_kind=back.cause[0],
        cause_id=back.cause[1],
        at=at,
    )


def _month_of(fund: Fund, of: FundMove, at: datetime) -> date:
    return of.month if of.month >= fund.unbilled_from else fund.month_at(at)


def _count_back(funds: dict[int, Fund], moves: Sequence[FundMove], at: datetime) -> None:
    """Add to the sums. A ceiling has room again only in the month that had used it."""
    for pk in {move.fund_id for move in moves}:
        fund = funds[pk]
        mine = [move for move in moves if move.fund_id == pk]
        turn_to(fund, fund.month_at(at))
        fund.returned += sum(move.points for move in mine)
        fund.month_used -= sum(
            move.points for move in mine if move.of is not None and move.of.month == fund.month
        )
        fund.save(update_fields=SUMS)

"""What a member owns, as the API tells it."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum

from members import clock
from members.models import (
    NEVER,
    Account,
    Entry,
    Household,
    HouseholdSeat,
    Member,
    OpenLot,
)
from members.operations import ledger, tiers
from members.operations.lots import used_lots

#: Each account's balance at an instant, from the posting before it; the wallet by what has not expired.
_BALANCES = """
SELECT u.code, a.kind, coalesce((
    SELECT p.after FROM (
        (SELECT e.credit_seq AS seq, e.credit_after AS after FROM members_entry e
         WHERE e.credit_id = a.id AND e.credit_seq IS NOT NULL AND e.recorded_at <= %(at)s
         ORDER BY e.credit_seq DESC LIMIT 1)
        UNION ALL
        (SELECT e.debit_seq, e.debit_after FROM members_entry e
         WHERE e.debit_id = a.id AND e.debit_seq IS NOT NULL AND e.recorded_at <= %(at)s
         ORDER BY e.debit_seq DESC LIMIT 1)) p
    ORDER BY p.seq DESC LIMIT 1), 0)
FROM members_account a JOIN members_unit u ON u.id = a.unit_id
WHERE a.member_id = %(member)s ORDER BY u.id, a.kind
"""
#: Lots that were open at an instant: what they were granted, less what was taken by then.
_LOTS = """
SELECT u.code, lot_end(l.id, %(at)s) AS expires_at, sum(l.amount - coalesce((
    SELECT sum(t.amount) FROM members_lotuse t JOIN members_entry e ON e.id = t.entry_id
    WHERE t.lot_id = l.id AND e.recorded_at <= %(at)s), 0)) AS remaining
FROM members_account a
JOIN members_unit u ON u.id = a.unit_id
JOIN members_entry l ON l.credit_id = a.id AND l.credit_seq IS NOT NULL AND l.expires_at IS NOT NULL
WHERE a.member_id = %(member)s AND a.kind = 'wallet'
  AND l.recorded_at <= %(at)s AND lot_end(l.id, %(at)s) > %(at)s
GROUP BY 1, 2 ORDER BY 1, 2
"""


#: How long a posting may be under way. Balances of an instant that is longer past are final by then.
UNDER_WAY = timedelta(minutes=1)


@transaction.atomic
def balances(member: Member, *, at: datetime | None = None) -> dict[str, Any]:
    """Per unit: available, pending, held, debt and what expires when; and the tiers, at an instant
    (default: now). Asked for the same instant later, it answers the same."""
    if at is None or at > clock.now() - UNDER_WAY:
        settled = ledger.settled_at(member)
        at = at or settled
    with connection.cursor() as cursor:
        cursor.execute(_BALANCES, {"member": member.pk, "at": at})
        stored: dict[str, dict[str, int]] = defaultdict(dict)
        for unit, kind, amount in cursor.fetchall():
            stored[unit][kind] = amount
        cursor.execute(_LOTS, {"member": member.pk, "at": at})
        lots: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
        for unit, expires_at, remaining in cursor.fetchall():
            if remaining:
                lots[unit].append((expires_at, int(remaining)))
    kinds = Account.Kind
    places = ladder_places(member, at=at)
    return {
        "member": member.ref,
        "as_of": at,
        "balances": [
            {
                "unit": unit,
                "available": sum(amount for _, amount in lots[unit]),
                "pending": held.get(kinds.PENDING, 0),
                "held": held.get(kinds.HELD, 0),
                "debt": -held.get(kinds.DEBT, 0),
                "expiring": [
                    {"amount": amount, "expires_at": ends}
                    for ends, amount in lots[unit]
                    if ends != NEVER
                ],
            }
            for unit, held in stored.items()
        ],
        "tier": places[0] if places else None,
        "tiers": places,
    }


def household(found: Household, *, at: datetime) -> dict[str, Any]:
    """A household's people, and per unit what it keeps together and what of that expires when.

    What has expired by `at` is not counted, whether or not the sweep has booked it.
    """
    lots: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    open_lots = OpenLot.objects.filter(account__household=found, expires_at__gt=at).values_list(
        "account_id", "expires_at"
    )
    for account_id, ends, amount in open_lots.annotate(sum=Sum("remaining")).order_by("expires_at"):
        lots[account_id].append((ends, amount))
    purses = Account.objects.filter(household=found).select_related("unit").order_by("unit_id")
    return {
        "id": found.pk,
        "name": found.name,
        "daily_limit": found.daily_limit,
        "members": HouseholdSeat.objects.now().filter(household=found).select_related("member"),
        "balances": [
            {
                "unit": purse.unit.code,
                "available": sum(amount for _, amount in lots[purse.pk]),
                "expiring": [
                    {"amount": amount, "expires_at": ends}
                    for ends, amount in lots[purse.pk]
                    if ends != NEVER
                ],
            }
            for purse in purses
        ],
    }


def ladder_places(member: Member, *, at: datetime) -> list[dict[str, Any]]:
    """On each ladder: the tier at an instant, what it would be after its review, and the way up.

    An instant is read in the order of happening: what was imported late counts where it belongs.
    """
    ladders = tiers.ladders()
    found = tiers.standings(ladders, [member])
    return [_place(ladder, found[ladder.group.pk][member.pk], at) for ladder in ladders]


def _place(ladder: tiers.Ladder, standing: tiers.Standing, at: datetime) -> dict[str, Any]:
    ahead = standing.projection(ladder, at)
    return {
        "group": ladder.group.slug,
        "slug": ladder.slugs[ahead.period.tier_id],
        "since": ahead.period.starts_at,
        "cause": ahead.period.cause,
        "review_at": ahead.review_at,
        "in_grace": ahead.period.grace_from is not None,
        "status_points": ahead.points,
        "supported": ahead.is_supported,
        "projected": ladder.slugs[ahead.projected],
        "to_keep": ahead.to_keep,
        "lost_at": ahead.lost_at,
        "next": ahead.ahead
        and {"slug": ladder.slugs[ahead.ahead.tier_id], "missing": ahead.to_rise},
    }


def entry(row: Entry, member: Member) -> dict[str, Any]:
    """One line of the statement, signed from the member's side."""
    is_credit = row.credit.member_id == member.pk
    is_move = row.credit.member_id == row.debit.member_id
    return {
        "id": row.pk,
        "kind": row.kind,
        "unit": row.unit.code,
        "amount": row.amount if is_credit else -row.amount,
        "account": row.credit.kind if is_credit else row.debit.kind,
        "from_account": row.debit.kind if is_move else None,
        "balance_after": row.credit_after if is_credit else row.debit_after,
        "occurred_at": row.occurred_at,
        "recorded_at": row.recorded_at,
        "expires_at": None if row.expires_at in (None, NEVER) else row.expires_at,
        "cause": {"kind": row.cause_kind, "id": row.cause_id},
        "reverses": row.reverses_id,
        "parent": row.parent_id,
        "why": row.reason,
    }


def lots_of(row: Entry) -> list[dict[str, Any]]:
    """The lots that an entry took from or gave back to, as the API tells them."""
    return [
        {
            "lot": lot.pk,
            "amount": amount,
            "earned_at": lot.occurred_at,
            "expires_at": None if lot.expires_at == NEVER else lot.expires_at,
        }
        for lot, amount in used_lots(row).items()
    ]

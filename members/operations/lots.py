"""Moving the end of open lots: later for what people do, by a rule, or by hand. Which lots an entry
took from."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Q

from members import clock
from members.domain import expiry
from members.domain.actors import Actor
from members.domain.calendar import local_date, start_of_day
from members.domain.ledger import Line
from members.errors import NothingToReinstate
from members.models import Account, AuditRow, Entry, LotUse, Member, TierPeriod, Unit
from members.operations import audit, corrections, ledger, relations

Kind = Account.Kind

_NOTE = """
INSERT INTO members_lotlife (lot_id, expires_at, before, at, cause_kind, cause_id, reason)
SELECT o.entry_id, n.until, o.expires_at, %(at)s, n.cause_kind, n.cause_id, n.reason
FROM jsonb_to_recordset(%(rows)s::jsonb) AS n(
    account bigint, after timestamptz, before timestamptz, until timestamptz, cause_kind text,
    cause_id bigint, reason text)
JOIN members_openlot o ON o.account_id = n.account
     AND o.expires_at > n.after AND o.expires_at < n.before
ORDER BY o.entry_id
"""
_MOVE = """
UPDATE members_openlot o SET expires_at = n.until
FROM jsonb_to_recordset(%(rows)s::jsonb) AS n(
    account bigint, after timestamptz, before timestamptz, until timestamptz)
WHERE o.account_id = n.account AND o.expires_at > n.after AND o.expires_at < n.before
"""
_COUNT = """
SELECT count(DISTINCT n.account), count(*), coalesce(sum(o.remaining), 0)
FROM jsonb_to_recordset(%(rows)s::jsonb) AS n(
    account bigint, after timestamptz, before timestamptz)
JOIN members_openlot o ON o.account_id = n.account
     AND o.expires_at > n.after AND o.expires_at < n.before
"""
#: What PostgreSQL calls the instant after every other, also after `NEVER`.
_ENDLESS = "infinity"


@dataclass(frozen=True, slots=True)
class Extension:
    """Lots of `account` that were alive at `alive_at` end at `until`, if that is later."""

    account: int
    alive_at: datetime
    until: datetime
    cause: tuple[str, int | None]
    reason: str


@dataclass(frozen=True, slots=True)
class Moves:
    """What would move: so many lots of so many members, with so many points."""

    members: int
    lots: int
    points: int


def extend(extensions: Sequence[Extension], *, at: datetime) -> int:
    """Move the ends of open lots to later instants; returns how many moved. The accounts must be
    locked. Each account may be named once a call."""
    return _move(
        [
            _row(each.account, each.alive_at, each.until, each.until, each.cause, each.reason)
            for each in extensions
        ],
        at=at,
    )


def _row(
    account: int,
    after: datetime,
    before: datetime | str,
    until: datetime,
    cause: tuple[str, int | None],
    reason: str,
) -> dict[str, Any]:
    """The JSON object that the statements read: what ends between `after` and `before` ends then."""
    return {
        "account": account,
        "after": str(after),
        "before": str(before),
        "until": str(until),
        "cause_kind": cause[0],
        "cause_id": cause[1],
        "reason": reason[:300],
    }


def _move(rows: Sequence[dict[str, Any]], *, at: datetime) -> int:
    """Move ends, each with a row that says so; returns how many moved."""
    if not rows:
        return 0
    told: dict[str, Any] = {"rows": json.dumps(rows), "at": at}
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, told)
        cursor.execute(_MOVE, told)
        return cursor.rowcount


def _foreseen(rows: Sequence[dict[str, Any]]) -> Moves:
    """What `_move` would move just now."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"rows": json.dumps(rows)})
        members, lots, points = cursor.fetchone()
    return Moves(members, lots, int(points))


@transaction.atomic
def extend_by_hand(
    member: Member, *, unit: Unit, until: datetime, reason: str, actor: Actor
) -> int:
    """Let everything of a unit that the member can spend live until then at least.

    What lies in a household's purse keeps its end. Raises NotForOneself or NotForHousehold.
    """
    relations.refuse_near(actor, member)
    now, wallet = clock.now(), ledger.wallet(member, unit)
    ledger.lock(wallet.pk)
    moved = extend([Extension(wallet.pk, now, until, ("hand", None), reason)], at=now)
    audit.record(
        member,
        actor=actor,
        verb="members.lots.extended",
        after={"unit": unit.code, "until": until.isoformat(), "lots": moved},
        reason=reason,
    )
    return moved


def foresee_extension(member: Member, *, unit: Unit, until: datetime) -> Moves:
    """What `extend_by_hand` would move just now."""
    wallet = ledger.wallet(member, unit)
    return _foreseen([_row(wallet.pk, clock.now(), until, until, ("hand", None), "")])


@transaction.atomic
def include_existing(unit: Unit, *, actor: Actor, reason: str) -> int:
    """Have the unit's policy hold for points that members have already; returns how many lots moved.

    Points in a household's purse keep the life they were granted: nobody's policy alone is theirs.
    Each open lot ends at the earlier of its own end and the end of points earned now, so nothing
    ends before one full new period.
    """
    now = clock.now()
    if not unit.expires:
        return 0
    rows = _policy_rows(unit, reason, at=now)
    ledger.lock(*[row["account"] for row in rows])
    moved = _move(rows, at=now)
    audit.record(
        unit, actor=actor, verb="members.unit.applied", after={"lots": moved}, reason=reason
    )
    return moved


def foresee_policy(unit: Unit) -> Moves:
    """What `include_existing` would move just now."""
    return _foreseen(_policy_rows(unit, "", at=clock.now()) if unit.expires else [])


def _policy_rows(unit: Unit, reason: str, *, at: datetime) -> list[dict[str, Any]]:
    """For each wallet with open lots: what ends after points earned now would, ends with them."""
    wallets = Account.objects.filter(unit=unit, kind=Kind.WALLET, open_lots__isnull=False)
    rows = []
    for pk, zone, joined_on in wallets.distinct().values_list(
        "pk", "member__time_zone", "member__joined_on"
    ):
        until = expiry.ends_at(unit.policy_since(zone), at, zone=zone, joined_on=joined_on)
        rows.append(_row(pk, until, _ENDLESS, until, ("policy", unit.pk), reason))
    return rows


@transaction.atomic
def reinstate(member: Member, *, unit: Unit, reason: str, actor: Actor) -> list[Entry]:
    """Bring back what expired within the window of the member's tier, with the unit's grace.

    Each expiry once; points of orders that came back stay gone. Raises NothingToReinstate,
    NotForOneself or NotForHousehold.
    """
    relations.refuse_near(actor, member)
    now, wallet = clock.now(), ledger.wallet(member, unit)
    ledger.lock(wallet.pk)
    lines = [
        _reinstated(entry, wallet, reason, at=now) for entry in _reinstatable(member, wallet, now)
    ]
    posted = ledger.post(lines, at=now)
    audit.record(
        member,
        actor=actor,
        verb="members.lots.reinstated",
        after={"unit": unit.code, "amount": sum(line.amount for line in lines)},
        reason=reason,
    )
    return ledger.entries_of(posted)


def foresee_reinstatement(member: Member, *, unit: Unit) -> int:
    """How many points `reinstate` would bring back just now. Raises NothingToReinstate."""
    wallet = ledger.wallet(member, unit)
    return sum(entry.amount for entry in _reinstatable(member, wallet, clock.now()))


def _reinstatable(member: Member, wallet: Account, at: datetime) -> list[Entry]:
    """The expiries within the window of the member's tier that were not brought back before; also those of
    memberships that are one with theirs by now."""
    held = TierPeriod.objects.filter(member=member, ends_at=None)
    days = held.aggregate(days=Max("tier__reinstates_days"))["days"] or 0
    since = local_date(at, member.time_zone) - timedelta(days=days)
    # What ran out while it was set aside for a checkout expired from there.
    kept = Account.objects.filter(
        Q(member=member) | Q(member__merged_into=member),
        unit=wallet.unit_id,
        kind__in=[Kind.WALLET, Kind.HELD],
    )
    expired = Entry.objects.filter(
        debit__in=list(kept.values_list("pk", flat=True)),
        debit_seq__isnull=False,
        kind=Entry.Kind.EXPIRY,
        occurred_at__gte=start_of_day(since, member.time_zone),
        children=None,
    ).order_by("pk")
    found = [entry for entry in expired if not _returned(entry)]
    if not days or not found:
        raise NothingToReinstate(days=days)
    return found


def _reinstated(entry: Entry, wallet: Account, reason: str, *, at: datetime) -> Line:
    return Line(
        key=f"reinstate:{entry.pk}",
        kind=Entry.Kind.REINSTATEMENT,
        unit=entry.unit_id,
        debit=entry.credit_id,
        credit=wallet.pk,
        amount=entry.amount,
        occurred_at=at,
        cause_kind="reinstatement",
        cause_id=entry.pk,
        reason=reason,
        parent=entry.pk,
        active_from=at,
        expires_at=corrections.graced(wallet, at),
    )


def _returned(expiry_entry: Entry) -> bool:
    """Whether what had opened the lot was taken back: then its expired part was forgiven, and is not
    the member's to get back."""
    lot = expiry_entry.parent
    if lot is None:
        return True
    opened = [str(pk) for pk in (lot.pk, lot.parent_id) if pk]
    return AuditRow.objects.filter(
        subject_type="members.entry", subject_id__in=opened, verb="members.entry.reversed"
    ).exists()


def used_lots(row: Entry) -> dict[Entry, int]:
    """The lots that an entry took from (or, negative, gave back to), and how much.

    What a hold captured was spent from the lots that the hold took and did not give back.
    """
    entries = Q(entry=row)
    if row.debit.kind == Account.Kind.HELD and row.kind == Entry.Kind.REDEMPTION:
        entries |= Q(entry=row.parent_id) | Q(entry__parent=row.parent_id)
    used: Counter[Entry] = Counter()
    for use in LotUse.objects.filter(entries).select_related("lot__credit"):
        used[use.lot] += use.amount
    return {lot: used[lot] for lot in sorted(used, key=lambda lot: lot.pk) if used[lot]}

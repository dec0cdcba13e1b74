"""What falls due on the ground floor besides yearly days: expiry, tier reviews, tidying up."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db import connection

from members.domain.actors import Actor
from members.models import ErasedAddress, Job, Member, MemberExport, TierPeriod
from members.operations import accounts, debts, holds, ledger, seals, tiers
from members.operations.sweeps import Tally

CHUNK = 10_000
REVIEWS = 1_000
HOLDS = 500
#: Done jobs are kept this long, for people who look.
KEPT = timedelta(days=14)

_OPEN_ROLLUPS = """
INSERT INTO members_rollup (account_id, amount, upto_entry_id, next_entry_id, next_horizon)
SELECT id, 0, 0, 0, 0 FROM members_account
WHERE member_id IS NULL AND household_id IS NULL ON CONFLICT DO NOTHING
"""
_ROLL_UP = """
UPDATE members_rollup r SET amount = r.amount + s.moved, upto_entry_id = r.next_entry_id
FROM (
    SELECT o.account_id, coalesce(sum(
        CASE WHEN e.credit_id = o.account_id THEN e.amount ELSE -e.amount END), 0) AS moved
    FROM members_rollup o
    LEFT JOIN members_entry e ON e.id > o.upto_entry_id AND e.id <= o.next_entry_id
         AND (e.debit_id = o.account_id OR e.credit_id = o.account_id)
    GROUP BY o.account_id) s
WHERE s.account_id = r.account_id
  AND r.next_horizon <= pg_snapshot_xmin(pg_current_snapshot())::text::bigint
"""
# In two statements, in this order: an id drawn between them would be noted with too old a horizon.
_NEWEST = "SELECT last_value FROM members_entry_id_seq"
_LOOK_AHEAD = """
UPDATE members_rollup SET
    next_entry_id = %(newest)s,
    next_horizon = pg_snapshot_xmax(pg_current_snapshot())::text::bigint
WHERE upto_entry_id = next_entry_id
"""


def expiries(since: datetime, until: datetime) -> Tally:
    """Book the expiry of points whose time is over."""
    expired = accounts.despite_wrong(
        lambda: ledger.expire_due(at=until, most=CHUNK), actor=Actor.system("sweep:points_expiry")
    )
    more = expired >= CHUNK
    return Tally(since if more else until, expired, expired, more=more)


def hold_timeouts(since: datetime, until: datetime) -> Tally:
    """Let go what was held for a checkout that never came to an end."""
    ended = holds.time_out(at=until, most=HOLDS, actor=Actor.system("sweep:hold_timeouts"))
    more = ended >= HOLDS
    return Tally(since if more else until, ended, ended, more=more)


def old_debts(since: datetime, until: datetime) -> Tally:
    """Forgive points that members have owed for longer than their unit allows."""
    forgiven = debts.age_out(at=until, most=HOLDS, actor=Actor.system("sweep:debt_age"))
    more = forgiven >= HOLDS
    return Tally(since if more else until, forgiven, forgiven, more=more)


def tier_reviews(since: datetime, until: datetime) -> Tally:
    """Review the tiers whose time has come: keep them, or step down to what was earned.

    Locks the members' balances as every posting does, so that nobody earns between reading and writing.
    """
    due = list(
        TierPeriod.objects.filter(ends_at=None, review_at__lte=until)
        .order_by("review_at")
        .values_list("member_id", flat=True)[:REVIEWS]
    )
    members = list(Member.objects.filter(pk__in=due))
    tiers.lock(members)
    moved = tiers.settle(members, actor=Actor.system("sweep:tier_review"), at=until)
    more = len(due) == REVIEWS
    return Tally(since if more else until, len(due), moved, more=more)


def roll_up(since: datetime, until: datetime) -> Tally:
    """Add the settled postings of the programme's accounts to their roll-ups, in two looks.

    The first look notes the last id drawn and the newest transaction. Once every transaction of
    that time has ended, nobody can still write an id so low, and the second look adds them up. (A
    posting locks balances before it draws an id, so it is a transaction the first look sees.)
    """
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_ROLLUPS)
        cursor.execute(_ROLL_UP)
        settled = cursor.rowcount
        cursor.execute(_NEWEST)
        [(newest,)] = cursor.fetchall()
        cursor.execute(_LOOK_AHEAD, {"newest": newest})
    return Tally(until, settled, settled)


def seal_history(since: datetime, until: datetime) -> Tally:
    """Seal what was written since the last look, so that rewriting it would show."""
    sealed = sum(seals.seal(chain, at=until) for chain in seals.CHAINS)
    return Tally(until, sealed, sealed)


def tidy(since: datetime, until: datetime) -> Tally:
    """Forget jobs that were done long ago, copies that nobody may fetch any more, sessions that are over,
    for they say who was here, and addresses of the erased whose year is over."""
    gone, _ = Job.objects.filter(state=Job.State.DONE, done_at__lt=until - KEPT).delete()
    gone += Session.objects.filter(expire_date__lte=until).delete()[0]
    gone += MemberExport.objects.filter(expires_at__lte=until).delete()[0]
    gone += ErasedAddress.objects.filter(until__lte=until).delete()[0]
    return Tally(until, gone, gone)

"""What falls due with funds: the bill of a month, points that expired unspent, funds whose time is over."""

from datetime import date, datetime

from django.conf import settings
from django.db import connection
from django.db.models import F, Min, Q, Sum

from loyalty.rewards.domain.funds import cost_of, month_after, month_of
from loyalty.rewards.models import Fund, FundBill, FundMove
from loyalty.rewards.operations import fund_moves, funds
from loyalty.rewards.operations.fund_moves import Back
from members import clock
from members.domain.actors import Actor
from members.models import Entry, Rollup
from members.operations import audit
from members.operations.sweeps import Tally

Kind = FundMove.Kind
#: How many entries of the ledger one chunk looks through.
CHUNK = 50_000

# The lots that expired between two entries, each followed up to the accrual that a fund paid for:
# through its activation, gifts, and what was spent, came back too late and got a lot of its own.
# What was reinstated is the programme's present, so the way up ends there.
_EXPIRED = """
WITH RECURSIVE lost AS (
    SELECT e.id, e.amount, e.parent_id AS lot FROM members_entry e
    WHERE e.id > %(after)s AND e.id <= %(upto)s AND e.kind = 'expiry' AND e.unit_id = ANY(%(units)s)
), way AS (
    SELECT l.id, l.amount, l.lot AS at FROM lost l
    UNION ALL
    SELECT w.id, w.amount, coalesce(e.parent_id, e.reverses_id)
    FROM way w JOIN members_entry e ON e.id = w.at
    WHERE e.kind IN ('activation', 'transfer', 'restoration', 'reversal')
)
SELECT w.id, w.amount, g.entry_id, g.fund_id
FROM way w
JOIN rewards_fundmove g ON g.entry_id = w.at AND g.kind = 'granted'
JOIN rewards_fund f ON f.id = g.fund_id AND f.returns_expired AND f.expired_upto < w.id
WHERE NOT EXISTS (SELECT FROM rewards_fundmove k WHERE k.entry_id = w.id AND k.kind = 'expired')
ORDER BY w.id
"""


def month_ends(since: datetime, until: datetime) -> Tally:
    """Bill every month that has ended in the programme's zone, each once, the oldest first."""
    ended = month_of(until, settings.PROGRAMME_TIME_ZONE)
    due = Fund.objects.filter(kind=Fund.Kind.POSTPAID, unbilled_from__lt=ended)
    made = 0
    for fund in fund_moves.lock(due.values_list("pk", flat=True)):
        while fund.unbilled_from < ended:
            made += bill_month(fund, fund.unbilled_from)
    return Tally(until, made, made)


def bill_month(fund: Fund, month: date) -> bool:
    """Bill one month of a locked fund; False when nothing was granted in it and nothing came back.

    From now on nothing counts in that month any more.
    """
    sums = fund.moves.filter(month=month).aggregate(
        granted=Sum("points", filter=Q(kind=Kind.GRANTED), default=0),
        returned=Sum("points", filter=Q(kind__in=[Kind.RETURNED, Kind.EXPIRED]), default=0),
    )
    fund_moves.turn_to(fund, month_after(month))
    fund.unbilled_from = month_after(month)
    fund.save(update_fields=["month", "month_used", "unbilled_from"])
    if not sums["granted"] and not sums["returned"]:
        return False
    now, net = clock.now(), sums["granted"] - sums["returned"]
    amount = cost_of(net, fund.price, fund.currency)
    bill = FundBill.objects.create(fund=fund, month=month, amount=amount, made_at=now, **sums)
    fund_moves.write(
        fund,
        Kind.BILLED,
        net,
        key=f"billed:{fund.pk}:{month:%Y-%m}",
        at=now,
        month=month,
        money=amount,
        cause_kind="bill",
        cause_id=bill.pk,
    )
    audit.record(
        bill,
        actor=Actor.system("sweep:fund_bills"),
        verb="rewards.fund.billed",
        after={"month": f"{month:%Y-%m}", "points": net, "money": amount},
    )
    return True


def unused_points(since: datetime, until: datetime) -> Tally:
    """Give funds that want them back the points that expired unspent, each expiry once.

    Goes by the ledger's entries, up to where all that were ever drawn have settled, so that nothing
    written by a slow transaction is passed over.
    """
    taking = Fund.objects.filter(returns_expired=True)
    first = taking.aggregate(first=Min("expired_upto"))["first"]
    settled = Rollup.objects.aggregate(upto=Min("upto_entry_id"))["upto"] or 0
    if first is None or settled <= first:
        return Tally(until)
    # Ids that were drawn and never written are passed over at once.
    written = Entry.objects.filter(pk__gt=first, pk__lte=settled).aggregate(next=Min("pk"))["next"]
    upto = min(settled, (written or settled) - 1 + CHUNK)
    behind = taking.filter(expired_upto__lt=upto)
    locked = fund_moves.lock(behind.values_list("pk", flat=True))
    units = list({fund.unit_id for fund in locked})
    with connection.cursor() as cursor:
        cursor.execute(_EXPIRED, {"after": first, "upto": upto, "units": units})
        found = cursor.fetchall()
    backs = [
        Back(fund_id, amount, accrual, f"expired:{entry}", ("expiry", entry), Kind.EXPIRED, entry)
        for entry, amount, accrual, fund_id in found
    ]
    done = fund_moves.give_back(locked, backs, at=clock.now()) if backs else 0
    Fund.objects.filter(pk__in=[fund.pk for fund in locked]).update(expired_upto=upto)
    more = upto < settled
    return Tally(since if more else until, len(backs), done, more=more)


def closings(since: datetime, until: datetime) -> Tally:
    """Close funds whose time is over, and pay back what came back to closed ones meanwhile."""
    actor = Actor.system("sweep:fund_closings")
    over = Q(valid_until__lte=until) & ~Q(state=Fund.State.CLOSED)
    owing = Q(
        kind=Fund.Kind.PREPAID,
        state=Fund.State.CLOSED,
        bought__gt=F("refunded") + F("granted") - F("returned"),
    )
    due = fund_moves.lock(Fund.objects.filter(over | owing).values_list("pk", flat=True))
    for fund in due:
        if fund.state == Fund.State.CLOSED:
            funds.refund(fund, actor=actor)
        else:
            funds.close(fund, actor=actor, reason="Its time is over")
    return Tally(until, len(due), len(due))

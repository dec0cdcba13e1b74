"""When points stop being spendable, under every policy. `docs/algorithms/expiry.md` has the table."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from members.domain.calendar import add_months, local_date, mmdd_in, start_of_day

ROLLING, FIXED, ANNIVERSARY, INACTIVITY = "rolling", "fixed", "anniversary", "inactivity"


@dataclass(frozen=True, slots=True)
class Policy:
    """How long points of a unit live.

    `months` and `days` are the life of a rolling policy, the silence an inactivity policy allows, and
    for yearly dates the least life. `on_mmdd` is the fixed day (1231: 31 December). A yearly policy
    that began on `since` ends nothing before one full year of its own.
    """

    kind: str = ROLLING
    months: int = 0
    days: int = 0
    rounded_to: str = "day"
    on_mmdd: int | None = None
    since: date | None = None


def last_day(policy: Policy, start: date, *, joined_on: date) -> date:
    """The last local day on which points that began to live on `start` can be spent.

    An inactivity policy counts from the last act; the caller gives its day as `start`.
    """
    lived = add_months(start, policy.months) + timedelta(days=policy.days)
    if policy.kind in (ROLLING, INACTIVITY):
        return _rounded(lived, policy.rounded_to)
    earliest = max(lived, add_months(policy.since, 12)) if policy.since else lived
    if policy.kind == FIXED:
        assert policy.on_mmdd is not None  # a constraint of the unit
        return _yearly(policy.on_mmdd, earliest)
    # The anniversary is the first day without them.
    joined = joined_on.month * 100 + joined_on.day
    return _yearly(joined, earliest + timedelta(days=1)) - timedelta(days=1)


def ends_at(policy: Policy, start: datetime, *, zone: str, joined_on: date) -> datetime:
    """The first moment at which those points can no longer be spent, in UTC: a local midnight."""
    last = last_day(policy, local_date(start, zone), joined_on=joined_on)
    return start_of_day(last + timedelta(days=1), zone)


def _yearly(mmdd: int, earliest: date) -> date:
    """The first such day that is not before `earliest`."""
    this_year = mmdd_in(earliest.year, mmdd)
    return this_year if this_year >= earliest else mmdd_in(earliest.year + 1, mmdd)


def _rounded(day: date, to: str) -> date:
    """The end of the week (Sunday), month or year that a day falls into."""
    if to == "week":
        return day + timedelta(days=7 - day.isoweekday())
    if to == "month":
        return add_months(day.replace(day=1), 1) - timedelta(days=1)
    if to == "year":
        return date(day.year, 12, 31)
    return day

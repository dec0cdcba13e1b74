"""Quiet hours: a part of the day, on somebody's own clock, in which nothing is sent to them."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def quiet_until(at: datetime, zone: str, begins: time, ends: time) -> datetime | None:
    """When the quiet hours that `at` falls into are over, in UTC; None when it falls into none.

    They last from `begins` up to, not including, `ends`, and may go past midnight. Where the clock is put
    forward over `ends`, they end as much later; where it is put back, at the first `ends` still to come.
    """
    local = at.astimezone(ZoneInfo(zone))
    now = local.time()
    over_midnight = begins > ends
    is_quiet = (now >= begins or now < ends) if over_midnight else begins <= now < ends
    if not is_quiet:
        return None
    day = local.date() + timedelta(days=over_midnight and now >= begins)
    over = datetime.combine(day, ends, ZoneInfo(zone))
    if over.astimezone(UTC) <= at:
        over = over.replace(fold=1)
    return over.astimezone(UTC)

"""Points that stop being spendable within a month."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from members.domain.calendar import local_date
from members.models import NEVER, Account, Entry, Member, OpenLot

SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Expiring:
    """So many points can be spent until the end of this day."""

    amount: int
    last_day: date


def expiring_from(wallet: Account, at: datetime, zone: str) -> list[Expiring]:
    """What expires within 30 days, soonest first, one item a day."""
    lots = OpenLot.objects.filter(
        account=wallet, expires_at__gt=at, expires_at__lte=at + SOON
    ).values_list("expires_at", "remaining")
    by_day: dict[date, int] = {}
    for expires_at, remaining in lots:
        day = local_date(expires_at - timedelta(seconds=1), zone)
        by_day[day] = by_day.get(day, 0) + remaining
    return [Expiring(amount, day) for day, amount in sorted(by_day.items())]


def last_day_of(entry: Entry, member: Member) -> date | None:
    """The last day on which the lot that this entry opened can be spent; None: no lot, or no end."""
    if entry.expires_at is None:
        return None
    ends_at = Entry.objects.filter(pk=entry.pk).with_ends().get().ends_at
    return (
        None if ends_at == NEVER else local_date(ends_at - timedelta(seconds=1), member.time_zone)
    )

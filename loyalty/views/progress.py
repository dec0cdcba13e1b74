"""How far a member is on each ladder: what counts now, what is missing, and by when."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from members.domain.calendar import local_date
from members.models import Member, Tier, TierGroup
from members.operations import tiers

#: The page speaks of a tier that is about to be lost this long before.
WORRY = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Progress:
    """`counted` status points of the window; `missing` to `ahead`, the next tier (None at the top).

    Reached by `until`, nothing that counts today has aged away. `kept_until` is the last day on
    which the present tier is safe; close to it, `to_keep` points by `keep_by` save the tier.
    """

    group: TierGroup
    tier: Tier
    ahead: Tier | None
    counted: int
    missing: int
    until: date | None
    kept_until: date | None
    is_given: bool = False
    in_grace: bool = False
    to_keep: int = 0
    keep_by: date | None = None

    @property
    def percent(self) -> int:
        """Of the way to the next tier, 0 to 100; the top is 100."""
        if self.ahead is None:
            return 100
        return max(0, min(100 * self.counted // self.ahead.threshold, 99))


def progress_of(member: Member, at: datetime) -> list[Progress]:
    """The member's progress on every ladder, the programme's first one first. Five queries."""
    known = tiers.ladders()
    found = tiers.standings(known, [member])
    rungs = Tier.objects.in_bulk()
    return [_progress(ladder, found[ladder.group.pk][member.pk], rungs, at) for ladder in known]


def _progress(
    ladder: tiers.Ladder, standing: tiers.Standing, rungs: dict[int, Tier], at: datetime
) -> Progress:
    look = standing.projection(ladder, at)
    last = _day_before(look.review_at, standing.zone)
    is_close = look.review_at is not None and look.review_at - at <= WORRY
    is_falling = is_close and look.projected != look.period.tier_id
    return Progress(
        group=ladder.group,
        tier=rungs[look.period.tier_id],
        ahead=rungs[look.ahead.tier_id] if look.ahead else None,
        counted=look.points,
        missing=look.to_rise,
        until=standing.known_at(at).status(ladder, at).whole_until(at),
        kept_until=_day_before(look.lost_at, standing.zone) or last,
        is_given=look.period.cause == "given",
        in_grace=look.period.grace_from is not None,
        to_keep=look.to_keep if is_falling else 0,
        keep_by=last if is_falling else None,
    )


def _day_before(instant: datetime | None, zone: str) -> date | None:
    """The last local day before an instant."""
    return local_date(instant - timedelta(seconds=1), zone) if instant else None

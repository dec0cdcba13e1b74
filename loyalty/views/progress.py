"""How far a member is on the ladder: what counts now, what is missing, and by when."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from members.domain.calendar import local_date
from members.domain.tiers import Status
from members.models import Member, Tier, TierPeriod
from members.operations import tiers


@dataclass(frozen=True, slots=True)
class Progress:
    """`counted` status points of the window; `missing` to `ahead`, the next tier (None at the top).

    Reached by `until`, nothing that counts today has aged away. `kept_until` is the last day on
    which the present tier is safe.
    """

    tier: Tier
    ahead: Tier | None
    counted: int
    missing: int
    until: date | None
    kept_until: date | None

    @property
    def percent(self) -> int:
        """Of the way to the next tier, 0 to 100; the top is 100."""
        if self.ahead is None:
            return 100
        return min(100 * self.counted // self.ahead.threshold, 99)


def progress_of(member: Member, at: datetime) -> Progress | None:
    """The member's progress on the programme's first ladder, or None when it has none."""
    ladder = next(iter(tiers.ladders()), None)
    if ladder is None:
        return None
    standing = tiers.standings(ladder, [member])[member.pk]
    status = Status(standing.events, months=ladder.group.window_months, zone=standing.zone)
    rungs = list(Tier.objects.filter(group=ladder.group).order_by("threshold"))
    period = TierPeriod.objects.filter(member=member, group=ladder.group, ends_at=None).first()
    tier = next((each for each in rungs if period and each.pk == period.tier_id), rungs[0])
    ahead = next((each for each in rungs if each.threshold > tier.threshold), None)
    counted = status.at(at)
    review_at = period.review_at if period else None
    return Progress(
        tier,
        ahead,
        counted,
        max(ahead.threshold - counted, 0) if ahead else 0,
        status.whole_until(at),
        local_date(review_at - timedelta(seconds=1), standing.zone) if review_at else None,
    )

"""What becomes of a tier when nothing more happens, and what it takes to keep it or to rise."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from members.domain.tiers import INSTANT, Period, Rung, Version, tier_at
from members.domain.windows import Status


@dataclass(frozen=True, slots=True)
class Projection:
    """A tier at an instant, and what lies ahead of it.

    `points` count now. At `review_at` (in a grace: its end) the member would hold `projected` if
    nothing more happened, after the grace if the ladder has one; `to_keep` points until then keep
    what they hold. `lost_at` is when it would be lost (None: not within two more periods). `ahead`
    is the next tier up, `to_rise` points away. `is_supported` says that the points which count now
    carry the tier held: a tier may outlive them until its review.
    """

    period: Period
    points: int
    is_supported: bool
    review_at: datetime | None
    projected: int
    to_keep: int
    lost_at: datetime | None
    ahead: Rung | None
    to_rise: int


def project(
    version: Version,
    *,
    at: datetime,
    periods_until: Callable[[datetime], list[Period]],
) -> Projection:
    """Look ahead from `at`, by the version of the ladder that holds then. Its status and `periods_until`
    must know nothing of what came later."""
    ladder, status, rules = version.rungs, version.status, version.rules
    now = periods_until(at)[-1]
    place = next(number for number, rung in enumerate(ladder) if rung.tier_id == now.tier_id)
    points = status.at(at)
    ahead = ladder[place + 1] if place + 1 < len(ladder) else None
    projected, lost_at, to_keep = now.tier_id, None, 0
    if now.review_at is not None:
        settled_at = now.review_at
        if now.grace_from is None:
            settled_at = status.days_after(settled_at, rules.grace_days)
        horizon = max(status.next_review(status.next_review(settled_at)), settled_at)
        future = periods_until(status.days_after(horizon, rules.grace_days))
        projected = tier_at(future, settled_at)
        lost_at = next((each.starts_at for each in future if each.starts_at > at), None)
        to_keep = max(ladder[place].threshold - _reviewed(status, now, now.review_at), 0)
    return Projection(
        now,
        points,
        points >= ladder[place].threshold,
        now.review_at,
        projected,
        to_keep,
        lost_at,
        ahead,
        max(ahead.threshold - points, 0) if ahead else 0,
    )


def _reviewed(status: Status, now: Period, review_at: datetime) -> int:
    """The points that the review will find if nothing more happens."""
    last = review_at - INSTANT
    opening = status.opening(last if now.grace_from is None else now.grace_from - INSTANT)
    return status.counted(opening, last, last)

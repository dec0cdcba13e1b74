"""Tiers given by hand: they lift a member until a date, and never lower anybody."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from members.domain.tiers import Period, Rung


@dataclass(frozen=True, slots=True)
class Lift:
    """At least this tier from `starts_at` until `ends_at`, whatever was earned."""

    tier_id: int
    starts_at: datetime
    ends_at: datetime


def lifted(
    periods: Sequence[Period], ladder: Sequence[Rung], lifts: Sequence[Lift], *, until: datetime
) -> list[Period]:
    """The earned periods with the lifts that began until `until` laid over them.

    What was earned goes on underneath: when a lift ends, the member stands where their points are.
    """
    start = periods[0].starts_at
    running = [
        lift
        for lift in lifts
        if lift.starts_at <= until and max(lift.starts_at, start) < lift.ends_at
    ]
    if not running:
        return list(periods)
    place = {rung.tier_id: number for number, rung in enumerate(ladder)}
    cuts = {period.starts_at for period in periods}
    cuts |= {at for lift in running for at in (lift.starts_at, lift.ends_at)}
    shown: list[Period] = []
    is_high = False
    for at in sorted(at for at in cuts if start <= at <= max(start, until)):
        earned = [period for period in periods if period.starts_at <= at][-1]
        by_hand = [lift for lift in running if lift.starts_at <= at < lift.ends_at]
        best = max(by_hand, key=lambda lift: (place[lift.tier_id], lift.ends_at), default=None)
        was_high = is_high
        is_high = best is not None and place[best.tier_id] > place[earned.tier_id]
        if best is not None and is_high:
            fresh = Period(best.tier_id, at, None, best.ends_at, "given")
        else:
            cause = "given_until" if was_high else earned.cause
            fresh = replace(earned, starts_at=at, ends_at=None, cause=cause)
        _append(shown, fresh)
    return shown


def _append(shown: list[Period], fresh: Period) -> None:
    """Add a period, or go on with the last one when the tier is the same."""
    if not shown:
        shown.append(fresh)
    elif shown[-1].tier_id == fresh.tier_id:
        shown[-1] = replace(shown[-1], review_at=fresh.review_at, grace_from=fresh.grace_from)
    else:
        shown[-1] = replace(shown[-1], ends_at=fresh.starts_at)
        shown.append(fresh)

"""Whether a member can have a reward: the first thing that stands in the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from members.domain.calendar import start_of_day


@dataclass(frozen=True, slots=True)
class Terms:
    """What a reward asks for. `left` pieces in stock (None: always enough); `limit` pieces for each
    member and window (None: any); `rung` is the (ladder, threshold) of the tier it is for."""

    is_active: bool
    cost: int
    since: datetime | None = None
    until: datetime | None = None
    left: int | None = None
    limit: int | None = None
    rung: tuple[int, int] | None = None
    badge: int | None = None
    segments: frozenset[int] = frozenset()
    is_single: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What a member has: points of the reward's unit, pieces taken in the present window, the
    threshold reached on each ladder, badges, and for each segment what is missing to belong to it
    (empty: they do)."""

    points: int
    taken: int = 0
    rungs: Mapping[int, int] = field(default_factory=dict)
    badges: frozenset[int] = frozenset()
    missing: Mapping[int, str] = field(default_factory=dict)

    def nearest(self, segments: frozenset[int]) -> str:
        """What is missing to belong to the nearest of these; empty when the member belongs to one."""
        return min((self.missing[segment] for segment in segments), key=len, default="")


@dataclass(frozen=True, slots=True)
class Obstacle:
    """The stable code of a refusal, and what its sentence tells."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)


def obstacle(
    terms: Terms, standing: Standing, *, at: datetime, quantity: int = 1
) -> Obstacle | None:
    """The first thing in the way of `quantity` pieces, those nobody can change before the points."""
    limit = None if terms.limit is None else max(terms.limit - standing.taken, 0)
    ladder, threshold = terms.rung or (0, 0)
    missing = standing.nearest(terms.segments)
    ways = (
        (not terms.is_active or quantity < 1, Obstacle("not_on_offer")),
        (terms.since is not None and at < terms.since, Obstacle("not_yet", {"since": terms.since})),
        (terms.until is not None and at >= terms.until, Obstacle("not_on_offer")),
        (terms.is_single and quantity > 1, Obstacle("one_at_a_time")),
        (
            terms.rung is not None and standing.rungs.get(ladder, -1) < threshold,
            Obstacle("tier_needed"),
        ),
        (terms.badge is not None and terms.badge not in standing.badges, Obstacle("badge_needed")),
        (missing != "", Obstacle("segment_needed", {"missing": missing})),
        (
            terms.left is not None and terms.left < quantity,
            Obstacle("out_of_stock", {"left": terms.left}),
        ),
        (limit is not None and limit < quantity, Obstacle("limit_reached", {"limit": terms.limit})),
        (standing.points < terms.cost * quantity, Obstacle("not_enough")),
    )
    return next((found for stands, found in ways if stands), None)


def window_start(window: str, *, today: date, zone: str) -> datetime | None:
    """When the member's present window of a limit began; None when it is one for life."""
    first = {
        "day": today,
        "week": today - timedelta(days=today.weekday()),
        "month": today.replace(day=1),
        "year": today.replace(month=1, day=1),
    }.get(window)
    return None if first is None else start_of_day(first, zone)


def last_instant(*, days: int, today: date, zone: str) -> datetime:
    """When a voucher taken today stops being good: the end of the local day `days` later."""
    return start_of_day(today + timedelta(days=days + 1), zone)

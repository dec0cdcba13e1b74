"""How far a member is with every achievement and streak, for pages and the API."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from members.models import Member
from recognition.domain import streaks
from recognition.domain.achievements import EACH_PERIOD, ONCE, last_day_of, period_of
from recognition.models.achievements import Achievement, Progress, Streak, StreakDay


@dataclass(frozen=True, slots=True)
class Way:
    """An achievement and how far a member is: `steps` of its target in the period of today, which lasts
    through `until` (None: without an end). `times` it was reached in all; `is_over` when it is not open
    just now, for it has been reached."""

    goal: Achievement
    steps: int
    until: date | None
    times: int
    is_over: bool

    @property
    def percent(self) -> int:
        """Of the way, 0 to 100."""
        return 100 if self.is_over else min(100 * self.steps // self.goal.target, 99)


@dataclass(frozen=True, slots=True)
class Streaking:
    """A streak and where a member stands in it today. `ahead` is the next milestone."""

    goal: Streak
    standing: streaks.Standing
    ahead: int | None

    @property
    def length(self) -> int:
        """How many weeks, or days, the run has that goes on."""
        return self.standing.run.length if self.standing.run else 0

    @property
    def percent(self) -> int:
        """Of the way to the next milestone, 0 to 100."""
        return min(100 * self.length // self.ahead, 100) if self.ahead else 100


def achievements_of(member: Member, today: date) -> list[Way]:
    """Every achievement that can be worked towards, or that the member has reached. Two queries."""
    rows: dict[int, list[Progress]] = defaultdict(list)
    for row in Progress.objects.filter(member=member):
        rows[row.achievement_id].append(row)
    goals = Achievement.objects.order_by("name", "pk")
    ways = [_way(goal, rows[goal.pk], today) for goal in goals if goal.is_active or rows[goal.pk]]
    return [way for way in ways if way.goal.is_active or way.times]


def _way(goal: Achievement, rows: Sequence[Progress], today: date) -> Way:
    now = period_of(goal.period, today)
    present = next((row for row in rows if row.period == now), None)
    times = sum(row.reached for row in rows)
    is_reached = present is not None and present.reached > 0
    return Way(
        goal=goal,
        steps=present.steps if present else 0,
        until=last_day_of(goal.period, today),
        times=times,
        is_over=(goal.recurrence == ONCE and times > 0)
        or (goal.recurrence == EACH_PERIOD and is_reached),
    )


def streaks_of(member: Member, today: date) -> list[Streaking]:
    """Every streak that can be kept, and where the member stands in it. Two queries."""
    goals = list(Streak.objects.active().order_by("name", "pk"))
    days: dict[int, set[date]] = defaultdict(set)
    kept = StreakDay.objects.filter(member=member, streak__in=goals, taken_back_at=None)
    for pk, day in kept.values_list("streak", "day"):
        days[pk].add(day)
    return [_streaking(goal, days[goal.pk], today) for goal in goals]


def _streaking(goal: Streak, days: set[date], today: date) -> Streaking:
    stands = streaks.standing(goal.terms, days, today=today)
    length = stands.run.length if stands.run else 0
    ahead = min((each for each in goal.milestones if each > length), default=None)
    return Streaking(goal, stands, ahead)

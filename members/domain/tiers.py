"""Which tier a member holds when: up at once, down only at a review.

The periods are a pure replay of the status points earned and taken back, each by the version of the
ladder that held then, so the order in which activities arrive does not matter.
`docs/algorithms/tiers.md` walks through examples.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from members.domain.windows import Status

INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Rung:
    """A tier on the ladder, by its threshold in status points."""

    threshold: int
    tier_id: int


@dataclass(frozen=True, slots=True)
class Rules:
    """How a ladder lets members down.

    A tier that is not kept is lost `grace_days` after its review, one step at a time or straight to
    what was earned. An upgrade is taken back when the points behind it are returned within
    `undo_days`; later, or when that is None, it stays until its review.
    """

    is_one_step: bool = False
    grace_days: int = 0
    undo_days: int | None = 30


USUAL = Rules()


@dataclass(frozen=True, slots=True)
class Version:
    """A ladder as it holds from `since` on (None: ever). `rungs` are ordered by threshold and start at
    0; `status` is what counted over its window."""

    rungs: Sequence[Rung]
    status: Status
    rules: Rules = USUAL
    since: datetime | None = None

    @property
    def thresholds(self) -> list[int]:
        """What each rung takes, the lowest first."""
        return [rung.threshold for rung in self.rungs]

    def place_of(self, tier_id: int) -> int:
        """Where a tier stands on this ladder; the lowest rung when it is not there."""
        return next((at for at, rung in enumerate(self.rungs) if rung.tier_id == tier_id), 0)


@dataclass(frozen=True, slots=True)
class Period:
    """A tier held from `starts_at` until `ends_at` (None: still); reviewed at `review_at`.

    With `grace_from` the review of that instant was not passed, and `review_at` ends the grace.
    """

    tier_id: int
    starts_at: datetime
    ends_at: datetime | None
    review_at: datetime | None
    cause: str
    grace_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Held:
    """A rung of the ladder, by its place, and when it is reviewed."""

    place: int = 0
    review_at: datetime | None = None
    grace_from: datetime | None = None


@dataclass(slots=True)
class _Climb:
    """Somebody on the ladder, in its version `number`. With `known`, what was taken back until then
    never counted."""

    versions: Sequence[Version]
    number: int
    held: _Held = _Held()
    known: datetime | None = None
    #: Every rung that was come to: when, which tier, how it is held, why.
    moves: list[tuple[datetime, int, _Held, str]] = field(default_factory=list)
    #: What was held before each upgrade, and on which version of the ladder.
    before: list[tuple[datetime, _Held, int]] = field(default_factory=list)
    status: Status = field(init=False)
    thresholds: list[int] = field(init=False)
    rules: Rules = field(init=False)

    def __post_init__(self) -> None:
        self._go_by(self.number)

    def run(self, since: datetime, until: datetime) -> None:
        """Live through everything from `since` to `until`."""
        undone = set() if self.known else set(self.status.undone_times)
        changes = {
            version.since: number
            for number, version in enumerate(self.versions)
            if version.since is not None and since < version.since <= until
        }
        for at in sorted({*self.status.instants(since, until), *changes}):
            self._review(at)
            if at in changes:
                self._change(changes[at])
            self._earn(at)
            if at in undone:
                self._take_back(at)
        self._review(until)

    def _go_by(self, number: int) -> None:
        version = self.versions[number]
        self.number, self.status, self.rules = number, version.status, version.rules
        self.thresholds = version.thresholds

    def _change(self, number: int) -> None:
        """The ladder changes: who has a tier keeps it until the review that was set."""
        tier_id = self._tier(self.held)
        self._go_by(number)
        self.held = replace(self.held, place=self.versions[number].place_of(tier_id))

    def _tier(self, held: _Held) -> int:
        return self.versions[self.number].rungs[held.place].tier_id

    def _earn(self, at: datetime) -> None:
        place = self._place(self.status.at(at, self.known))
        if place > self.held.place:
            self.before.append((at, self.held, self.number))
            self._move(place, at, "reached")
        elif self.held.grace_from is not None and self._graced(at) >= self.held.place:
            self._stay(_Held(self.held.place, self.status.next_review(self.held.grace_from)))

    def _review(self, upto: datetime) -> None:
        while (due := self.held.review_at) is not None and due <= upto:
            place, graced = self.held.place, self.held.grace_from
            last = due - INSTANT
            earned = self._graced(last) if graced else self._place(self.status.at(last, self.known))
            if earned >= place:
                self._stay(_Held(place, self.status.next_review(graced or due)))
            elif self.rules.grace_days and not graced:
                self._stay(_Held(place, self.status.days_after(due, self.rules.grace_days), due))
            else:
                self._move(place - 1 if self.rules.is_one_step else earned, due, "not_kept")

    def _take_back(self, at: datetime) -> None:
        """Fall to what would be held if what was returned until now had never counted."""
        if self.rules.undo_days is None:
            return
        since = at - timedelta(days=self.rules.undo_days)
        recent = [upgrade for upgrade in self.before if upgrade[0] >= since]
        if not recent:
            return
        reached_at, held, number = recent[0]
        other = _Climb(self.versions, number, held, known=at)
        other.run(reached_at, at)
        if other.held.place < self.held.place:
            self.held, self.before = other.held, other.before
            self.moves.append((at, self._tier(self.held), self.held, "taken_back"))

    def _place(self, points: int) -> int:
        return max(bisect_right(self.thresholds, points) - 1, 0)

    def _graced(self, at: datetime) -> int:
        """The place that the reviewed window reaches when it stays open until `at`."""
        assert self.held.grace_from is not None  # asked in a grace only
        opening = self.status.opening(self.held.grace_from - INSTANT)
        return self._place(self.status.counted(opening, at, self.known or at))

    def _move(self, place: int, at: datetime, cause: str) -> None:
        self.held = _Held(place, self.status.review_after(at) if place else None)
        self.moves.append((at, self._tier(self.held), self.held, cause))

    def _stay(self, held: _Held) -> None:
        """The same rung, with another review."""
        self.held = held
        if self.moves:
            at, tier_id, _, cause = self.moves[-1]
            self.moves[-1] = at, tier_id, held, cause


def version_at(versions: Sequence[Version], at: datetime) -> int:
    """Which version of a ladder holds at an instant; the first one, before there was any."""
    ruling = [
        number
        for number, version in enumerate(versions)
        if version.since is None or version.since <= at
    ]
    return ruling[-1] if ruling else 0


def replay(versions: Sequence[Version], *, joined_at: datetime, until: datetime) -> list[Period]:
    """The tier periods from `joined_at` to `until`; the last one is open.

    `versions` are those of one ladder, the oldest first. What happened goes by the version of its time.
    """
    start = min([joined_at, *versions[0].status.times[:1]])
    climb = _Climb(versions, version_at(versions, start))
    climb.moves.append((start, climb._tier(climb.held), climb.held, "joined"))
    climb.run(start, until)
    periods: list[Period] = []
    for at, tier_id, held, cause in climb.moves:
        if periods:
            periods[-1] = replace(periods[-1], ends_at=at)
        periods.append(Period(tier_id, at, None, held.review_at, cause, held.grace_from))
    # An upgrade at the very instant of a review leaves a period of no length behind: drop it.
    return [period for period in periods if period.ends_at != period.starts_at]


def tier_at(periods: Sequence[Period], at: datetime) -> int:
    """The tier held at an instant (the first one, before anything happened)."""
    held = periods[0].tier_id
    for period in periods:
        if period.starts_at <= at:
            held = period.tier_id
    return held

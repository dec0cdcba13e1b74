"""Reading the parts of an effect from JSON. Every fault is a BadTreeError that names its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypedDict

from loyalty.audiences.domain.conditions import BadTreeError
from members.domain.traits import is_trait_name

Told = Mapping[str, Any]


class Promise(TypedDict, total=False):
    """What a `Given` says of an effect that is not points."""

    kind: str
    why: str
    unit: str
    amount: int
    name: str
    until: datetime | None


#: Ten years: nothing that a rule gives is promised for longer, unless for good.
MOST_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Wait:
    """What a pending accrual waits for: an activity kind, a number of days, or a date."""

    confirmed_by: str = ""
    cancelled_by: str = ""
    days: int | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Ladder:
    """Only on some of the times: the 1st, 3rd and 10th. Times are counted for the member, or `by_serial`
    for the container that the activity names."""

    times: tuple[int, ...]
    by_serial: bool = False

    def pays(self, facts: Mapping[str, Any]) -> bool:
        """Whether this is one of the times, by how often it was done before."""
        before = facts.get("history.same_serial" if self.by_serial else "history.same_kind") or 0
        return before + 1 in self.times


def wait(pending: Any, pointer: str) -> Wait | None:
    """What an accrual waits for, if it does: `{"days": 14}`, `{"on": "2026-12-24"}`, or `{"until": kind}`."""
    if pending is None:
        return None
    if not isinstance(pending, dict):
        raise BadTreeError(pointer, "expected an object")
    after = days(pending, pointer)
    confirmed_by, on = pending.get("until", ""), _date(pending.get("on"), f"{pointer}/on")
    cancelled_by = pending.get("cancelled_by", "")
    if not isinstance(confirmed_by, str) or not isinstance(cancelled_by, str):
        raise BadTreeError(pointer, "expected the names of activity kinds")
    if sum(map(bool, (after, confirmed_by, on))) != 1:
        raise BadTreeError(pointer, "expected either days, or on a date, or until an activity")
    return Wait(confirmed_by, cancelled_by, after, on)


def nth(told: Told, pointer: str) -> Ladder | None:
    """`"nth": [1, 3, 10]`, and `"counted_by": "serial"` where each container counts for itself."""
    times, by = told.get("nth"), told.get("counted_by", "member")
    if times is None:
        return None
    if not isinstance(times, list) or not 1 <= len(times) <= 50:
        raise BadTreeError(f"{pointer}/nth", "expected 1 to 50 whole numbers")
    for place, time in enumerate(times):
        if isinstance(time, bool) or not isinstance(time, int) or not 0 < time <= 10_000:
            raise BadTreeError(f"{pointer}/nth/{place}", "expected a whole number up to 10000")
    if by not in ("member", "serial"):
        raise BadTreeError(f"{pointer}/counted_by", "expected member or serial")
    return Ladder(tuple(sorted(set(times))), by == "serial")


def _date(value: Any, pointer: str) -> date | None:
    try:
        return None if value is None else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadTreeError(pointer, "expected a date like 2026-12-24") from None


def end_of(at: datetime, days: int | None) -> datetime | None:
    """The end of so many days (None: for good)."""
    return at + timedelta(days=days) if days else None


def word(told: Told, name: str, pointer: str) -> str:
    """A name that has to be there."""
    value = told.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 80 or not value.isprintable():
        raise BadTreeError(f"{pointer}/{name}", "expected a name")
    return value


def trait(told: Told, name: str, pointer: str) -> str:
    """The name of a tag or an attribute."""
    value = told.get(name)
    if not isinstance(value, str) or not is_trait_name(value):
        raise BadTreeError(f"{pointer}/{name}", "expected a word like loves-tea")
    return value


def text(told: Told, name: str, pointer: str, most: int) -> str:
    """A text that has to be there."""
    value = told.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > most or _is_odd(value):
        raise BadTreeError(f"{pointer}/{name}", f"expected a text of at most {most} characters")
    return value.strip()


def _is_odd(value: str) -> bool:
    """Whether a text holds what no database keeps: a NUL, or half of a character."""
    return any(char == "\0" or "\ud800" <= char <= "\udfff" for char in value)


def words(told: Told, pointer: str) -> frozenset[str]:
    """The categories, if any."""
    value = told.get("categories", [])
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise BadTreeError(f"{pointer}/categories", "expected a list of categories")
    return frozenset(value)


def days(told: Told, pointer: str) -> int | None:
    """A number of days, if there is one."""
    found = whole(told, "days", pointer)
    if found is not None and found > MOST_DAYS:
        raise BadTreeError(f"{pointer}/days", f"expected 1 to {MOST_DAYS} days")
    return found


def needed(told: Told, name: str, pointer: str) -> int:
    """A whole number above 0 that has to be there."""
    value = whole(told, name, pointer)
    if value is None:
        raise BadTreeError(f"{pointer}/{name}", "expected a whole number above 0")
    return value


def whole(holder: Told, name: str, pointer: str) -> int | None:
    """A whole number above 0, if there is one."""
    value = holder.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= 10**9:
        raise BadTreeError(f"{pointer}/{name}", "expected a whole number above 0")
    return value

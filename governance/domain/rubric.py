"""What a case is judged by: a few criteria with weights that make a whole."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

#: A score is a whole number on this scale; None means "does not apply".
LOWEST, HIGHEST = 1, 5

#: Whoever gives one of these says why.
EXTREMES = (LOWEST, HIGHEST)

#: A comment on a score is no longer than this.
LONGEST_COMMENT = 1_000

#: The weights of a rubric are per cent and sum to this.
WHOLE = 100


class Fault(StrEnum):
    """Why criteria cannot be published."""

    EMPTY = "empty"
    REPEATED = "repeated"
    WEIGHTS = "weights"
    MARKS = "marks"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One question the judges answer. `weight` is per cent of the whole; `examples` says what would be given
    a mark, by the mark as text."""

    key: str
    title: str
    weight: int
    description: str = ""
    examples: Mapping[str, str] = field(default_factory=dict)

    def as_item(self) -> dict[str, object]:
        """The JSON object it is stored as."""
        item: dict[str, object] = {
            "key": self.key,
            "title": self.title,
            "weight": self.weight,
            "description": self.description,
        }
        return item | ({"examples": dict(self.examples)} if self.examples else {})


def from_items(items: Iterable[Mapping]) -> tuple[Criterion, ...]:
    """The criteria as they were stored."""
    return tuple(Criterion(**item) for item in items)


def fault_of(criteria: Sequence[Criterion]) -> Fault | None:
    """What is wrong with these criteria, or None."""
    keys = [criterion.key for criterion in criteria]
    if not keys or not all(keys):
        return Fault.EMPTY
    if len(set(keys)) < len(keys):
        return Fault.REPEATED
    marks = {str(mark) for mark in range(LOWEST, HIGHEST + 1)}
    if any(set(criterion.examples) - marks for criterion in criteria):
        return Fault.MARKS
    weights = [criterion.weight for criterion in criteria]
    return None if min(weights) > 0 and sum(weights) == WHOLE else Fault.WEIGHTS


def begins(scores: Mapping[str, int | None], criteria: Sequence[Criterion]) -> bool:
    """Whether these can be a part of the answers."""
    return fits(dict.fromkeys(each.key for each in criteria) | dict(scores), criteria)


def fits(scores: Mapping[str, int | None], criteria: Sequence[Criterion]) -> bool:
    """Whether there is one answer on the scale, or "does not apply", for each criterion."""
    return set(scores) == {criterion.key for criterion in criteria} and all(
        score is None or (type(score) is int and LOWEST <= score <= HIGHEST)
        for score in scores.values()
    )


def unexplained(scores: Mapping[str, int | None], comments: Mapping[str, str]) -> list[str]:
    """The criteria that were given an extreme mark without a word on why."""
    return [
        key
        for key, score in scores.items()
        if score in EXTREMES and not comments.get(key, "").strip()
    ]

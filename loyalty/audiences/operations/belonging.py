"""Who belongs to a segment, and why not."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from loyalty.audiences.domain.conditions import BadTreeError, Node, parse
from loyalty.audiences.domain.missing import missing
from loyalty.audiences.domain.predicate import Seen, judge
from loyalty.audiences.domain.sentence import sentence
from loyalty.audiences.errors import BadCondition
from loyalty.audiences.models import Segment
from loyalty.audiences.operations.profiles import catalogue, profiles_of
from members import clock
from members.models import Member

#: Members that are looked at together while counting.
CHUNK = 10_000
SAMPLE = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a member belongs; every test with what it saw; what is missing, in words (empty: nothing)."""

    belongs: bool
    seen: tuple[Seen, ...] = ()
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a condition describes just now: how many, and the first few of them."""

    words: str
    count: int
    sample: tuple[Member, ...]


def read(tree: Any) -> Node:
    """The tree as a condition over members. Raises BadCondition naming the place of the fault."""
    try:
        return parse(tree, catalogue())
    except BadTreeError as fault:
        raise BadCondition(pointer=fault.pointer or "/", why=fault.why) from fault


def answers(
    members: Collection[Member], segments: Iterable[Segment], *, at: datetime | None = None
) -> dict[int, dict[int, Answer]]:
    """For each member and segment (by their keys) whether the one belongs to the other.

    The number of queries depends on neither. Segments need `with_wording`; those that are not active,
    and those whose condition asks about something that is gone, have no members.
    """
    at, known = at or clock.now(), catalogue()
    nodes = {segment.pk: _node(segment, known) for segment in segments}
    profiles = profiles_of(members, [node for node in nodes.values() if node is not None])
    found: dict[int, dict[int, Answer]] = {}
    for pk, profile in profiles.items():
        facts = profile.facts(at)
        found[pk] = {key: _answer(node, facts) for key, node in nodes.items()}
    return found


def audience(tree: Any, *, at: datetime | None = None) -> Audience:
    """How many members the condition describes now, and ten of them. Raises BadCondition."""
    node, at = read(tree), at or clock.now()
    count = 0
    sample: list[Member] = []
    for members in _chunks():
        for profile in profiles_of(members, [node]).values():
            if judge(node, profile.facts(at))[0]:
                count += 1
                if len(sample) < SAMPLE:
                    sample.append(profile.member)
    return Audience(sentence(node), count, tuple(sample))


def _node(segment: Segment, known: Any) -> Node | None:
    if segment.state != Segment.State.ACTIVE or segment.conditions is None:
        return None
    try:
        return parse(segment.conditions, known)
    except BadTreeError:
        return None


def _answer(node: Node | None, facts: dict[str, Any]) -> Answer:
    if node is None:
        return Answer(False, (), _("this is not open to anybody just now"))
    held, seen = judge(node, facts)
    return Answer(held, tuple(seen), missing(node, facts))


def _chunks() -> Iterator[list[Member]]:
    """Every member, in order of their keys."""
    last = 0
    while members := list(Member.objects.active().filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield members
        last = members[-1].pk

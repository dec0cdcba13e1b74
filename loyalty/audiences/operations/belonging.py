"""Who belongs to a segment, and why not."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from loyalty.audiences.domain.conditions import BadTreeError, Node, expand, parse
from loyalty.audiences.domain.fields import SEGMENTS, Catalogue, with_segments
from loyalty.audiences.domain.missing import missing
from loyalty.audiences.domain.predicate import Seen, judge
from loyalty.audiences.domain.sentence import sentence
from loyalty.audiences.errors import BadCondition
from loyalty.audiences.models import Segment
from loyalty.audiences.operations import sql
from loyalty.audiences.operations.profiles import (
    catalogue,
    known_kinds,
    profiles_of,
    segments_of,
)
from members import clock
from members.models import Member
from members.operations.resettling import tiers_are_moving

#: Members that are judged in memory together.
CHUNK = 10_000
SAMPLE = 10

_AUDIENCE = """
WITH who AS ({who})
SELECT (SELECT count(*) FROM who), ARRAY(SELECT id FROM who ORDER BY id LIMIT {sample})
"""
#: Members whose stored tier is over by then: a review has not been held yet.
_DUE = """
SELECT DISTINCT member_id FROM members_tierperiod
WHERE ends_at IS NULL AND review_at <= %s AND group_id = ANY(%s) ORDER BY member_id
"""


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
    """The tree as a segment's condition. Raises BadCondition naming the place of the fault."""
    return _read(tree, catalogue())


def _read(tree: Any, known: Catalogue) -> Node:
    known.name_kinds(known_kinds())
    try:
        return parse(tree, known)
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
    profiles = profiles_of(members, [node for node in nodes.values() if node is not None], at=at)
    found: dict[int, dict[int, Answer]] = {}
    for pk, profile in profiles.items():
        facts = profile.facts(at)
        found[pk] = {key: _answer(node, facts) for key, node in nodes.items()}
    return found


def audience(tree: Any, *, at: datetime | None = None) -> Audience:
    """How many members the condition describes at an instant (now), and ten of them. It may ask which
    segments they belong to. Raises BadCondition.

    The number of queries depends neither on the members nor on the condition.
    """
    known, at = with_segments(catalogue()), at or clock.now()
    node = _read(tree, known)
    found = described(node, at=at)
    with connection.cursor() as cursor:
        cursor.execute(_AUDIENCE.format(who=found.text, sample=SAMPLE), found.params)
        [(count, ids)] = cursor.fetchall()
    people = Member.objects.in_bulk(ids)
    return Audience(sentence(node, known.titles), count, tuple(people[pk] for pk in ids))


def described(node: Node, *, at: datetime) -> sql.Query:
    """The members whom a condition describes at an instant, as a statement.

    Where it asks about a tier, whoever is due for a review that was not held yet is judged in memory;
    while a changed ladder is still being applied, everybody is.
    """
    whole = expand(node, SEGMENTS, segments_of([node]) or {})
    found = sql.query(whole, at)
    if not found.groups:
        return found
    due = _everybody() if tiers_are_moving() else _due(found.groups, at)
    if not due:
        return found
    found = sql.query(whole, at, besides=due)
    return sql.with_these(found, _judged(due, whole, at))


def _due(groups: Collection[int], at: datetime) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [at, list(groups)])
        return [pk for (pk,) in cursor.fetchall()]


def _everybody() -> list[int]:
    return list(Member.objects.active().order_by("pk").values_list("pk", flat=True))


def _judged(ids: Sequence[int], node: Node, at: datetime) -> list[int]:
    """Those of these members for whom the condition holds."""
    held: list[int] = []
    for start in range(0, len(ids), CHUNK):
        members = list(Member.objects.active().filter(pk__in=ids[start : start + CHUNK]))
        profiles = profiles_of(members, [node], at=at)
        held += [pk for pk, each in profiles.items() if judge(node, each.facts(at))[0]]
    return held


def _node(segment: Segment, known: Catalogue) -> Node | None:
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

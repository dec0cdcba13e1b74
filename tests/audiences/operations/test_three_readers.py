"""One condition, three readers: in memory, in SQL, and as a sentence, say the same of everybody."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty.audiences.domain.conditions import OPERATORS, Node, expand, parse
from loyalty.audiences.domain.fields import SEGMENTS, Scope, Type, with_attributes, with_segments
from loyalty.audiences.domain.predicate import judge
from loyalty.audiences.domain.sentence import sentence
from loyalty.audiences.operations import belonging, history, segments
from loyalty.audiences.operations.history import Ask, Past, pasts
from loyalty.audiences.operations.profiles import catalogue, profiles_of
from loyalty.campaigns.operations import standard
from members.models import Activity
from members.operations import programme
from members.operations.programme import Step
from members.shipped import ORDERS, RETURNS
from tests.audiences import crowd
from tests.audiences.crowd import INSTANTS, NOON
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db

SEGMENT = {"any": [{"field": "member.tags", "op": "has", "value": "vip"}, {"any": []}]}
MANY_EXAMPLES = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(params=[1, 2, 3, 4])
def people(request, units, at_noon):
    """A crowd on two ladders, and two segments that are active beside one that is not."""
    standard.install(actor=SYSTEM)
    steps = (Step("low", "Low", 0, "-"), Step("high", "High", 300, "-"))
    programme.add_ladder("green", name="G", unit=units["status"], steps=steps, actor=SYSTEM)
    for slug, is_active in (("some", True), ("few", True), ("none", False)):
        tree = SEGMENT if slug == "some" else {"field": "member.tier", "op": "is", "value": "gold"}
        made = segments.define(slug, slug=slug, conditions=tree, actor=SYSTEM)
        if is_active:
            segments.activate(made, actor=SYSTEM)
    return crowd.gather(request.param)


TEXTS: dict[str, tuple[str, ...]] = {
    "member.tags": (*crowd.TAGS, "gone"),
    "member.badges": (*crowd.BADGES, "gone"),
    SEGMENTS: ("some", "few", "none", "gone"),
    "member.language": (*crowd.LANGUAGES, "e", "EN"),
    "member.tier": ("bronze", "silver", "gold", "s"),
    "member.tier.green": ("low", "high"),
}
NUMBERS = (0, 1, 2, 3, 6, 12, 29, 30, 31, 801, "9.99", "123.45", "-1", "0.5")
DATES = ("2024-02-28", "2024-02-29", "2025-02-28", "2026-06-14", "2026-06-15", "2026-06-16")


@st.composite
def a_test(draw) -> dict[str, Any]:
    known = with_segments(with_attributes(catalogue(), crowd.NAMES))
    field = known[draw(st.sampled_from(sorted(known)))]
    op = draw(st.sampled_from(OPERATORS[field.type]))
    tree: dict[str, Any] = {"field": field.name, "op": op, "value": draw(_value(field, op))}
    if field.is_scoped:
        kind = "order.placed" if field.kinds else draw(st.sampled_from(crowd.KINDS))
        tree["of"] = {"kind": kind} | draw(st.sampled_from([{}, {"days": 1}, {"days": 30}]))
    return tree


def _value(field, op) -> st.SearchStrategy:
    one: st.SearchStrategy = {
        Type.NUMBER: st.sampled_from(NUMBERS),
        Type.MONEY: st.sampled_from(NUMBERS),
        Type.DATE: st.sampled_from(DATES),
        Type.FLAG: st.booleans(),
    }.get(field.type, st.sampled_from(TEXTS.get(field.name, crowd.VALUES)))
    if op in ("is_known", "is_unknown"):
        return st.just(True)
    if op in ("in", "not_in", "has_any", "has_none"):
        return st.lists(one, min_size=1, max_size=3)
    if op == "between":
        return st.tuples(one, one).map(lambda pair: sorted(pair, key=lambda each: _order(each)))
    return one


def _order(value: Any) -> Any:
    return value if isinstance(value, str) and value.count("-") == 2 else float(value)


TREES = st.recursive(
    a_test(),
    lambda part: (
        st.fixed_dictionaries({"not": part})
        | st.fixed_dictionaries({"all": st.lists(part, max_size=3)})
        | st.fixed_dictionaries({"any": st.lists(part, max_size=3)})
    ),
    max_leaves=5,
)


def in_memory(people, node: Node, at) -> set[int]:
    profiles = profiles_of(people, [node], at=at)
    return {pk for pk, each in profiles.items() if judge(node, each.facts(at))[0]}


def in_sql(node: Node, at) -> set[int]:
    found = belonging.described(node, at=at)
    with connection.cursor() as cursor:
        cursor.execute(found.text, found.params)
        ids = [pk for (pk,) in cursor.fetchall()]
    assert len(ids) == len(set(ids))
    return set(ids)


def test_memory_sql_and_sentence_agree_member_for_member(people):
    """E32, E38: whatever is asked, at whatever instant; and what is said alike is alike."""
    known = with_segments(catalogue())
    said: dict[tuple[str, Any], set[int]] = {}

    @MANY_EXAMPLES
    @given(TREES, st.sampled_from(INSTANTS))
    def agree(tree, at):
        node = parse(tree, known)
        seen = in_memory(people, node, at)
        assert in_sql(node, at) == seen
        assert said.setdefault((sentence(node), at), seen) == seen

    agree()
    assert any(said.values())


def every_test(known) -> Iterator[dict[str, Any]]:
    """A test of each field with each comparison that fits it, and values that some meet and some do not."""
    for name, field in known.items():
        one = {Type.NUMBER: (1, 30), Type.MONEY: ("9.99",), Type.DATE: DATES[1:5:2]}.get(field.type)
        values = one or ((True, False) if field.type == Type.FLAG else TEXTS.get(name, ("s",))[:2])
        for op in OPERATORS[field.type]:
            for value in values:
                said = {"in": [value], "not_in": [value], "has_any": [value], "has_none": [value]}
                said |= {"is_known": True, "is_unknown": True, "between": [value, values[-1]]}
                tree = {"field": name, "op": op, "value": said.get(op, value)}
                yield tree | (
                    {"of": {"kind": "order.placed", "days": 30}} if field.is_scoped else {}
                )


@pytest.mark.parametrize("people", [5], indirect=True)
def test_every_field_and_comparison_agrees_at_every_instant(people):
    """E32: 29 February among them, and days that have begun for some members only."""
    known = with_segments(with_attributes(catalogue(), crowd.NAMES))
    for tree in every_test(known):
        node = parse(tree, known)
        for at in INSTANTS:
            assert in_sql(node, at) == in_memory(people, node, at), (tree, at)


def test_what_a_segment_means_can_be_put_in_its_place(people):
    known = with_segments(catalogue())
    asked = parse({"field": SEGMENTS, "op": "has", "value": "some"}, known)
    meant = parse(SEGMENT, known)
    assert expand(asked, SEGMENTS, {"some": meant}).parts == (meant,)
    assert in_memory(people, asked, NOON) == in_memory(people, meant, NOON) != set()


def slowly(ask: Ask, scope: Scope, told) -> Past:
    """The past by its definition, one activity after the other; orders are worth what was kept of them."""
    worth_of = {scope.kind, *RETURNS} if scope.kind in ORDERS else {scope.kind}
    within = [
        each
        for each in told
        if (each.member_id, each.status) == (ask.member_id, "accepted")
        and each.kind in worth_of
        and (each.occurred_at, each.pk) < (ask.at, ask.activity_id)
        and (not scope.days or each.occurred_at > ask.at - timedelta(days=scope.days))
    ]
    seen = [each for each in within if each.kind == scope.kind]
    if not seen:
        return Past()
    worth = max(sum(each.worth or 0 for each in within), 0)
    return Past(len(seen), worth, max(each.occurred_at for each in seen))


def test_the_past_of_many_activities_is_what_it_is_by_definition(people, django_assert_num_queries):
    """E32, E86: each sees what occurred before it, in one query."""
    told = list(Activity.objects.exclude(member=None))
    asks = [Ask(each.member_id, each.occurred_at, each.pk) for each in told]
    asks += [Ask(member.pk, at) for member in people for at in INSTANTS]
    scopes = [Scope(kind, days) for kind in crowd.KINDS for days in (None, 1, 30)]
    with django_assert_num_queries(1):
        found = pasts(asks, scopes)
    for ask, past in zip(asks, found, strict=True):
        for scope in scopes:
            assert past.get(scope, Past()) == slowly(ask, scope, told)
    assert history.facts_as_of([], scopes) == []

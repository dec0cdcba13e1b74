"""The SQL over activities against the predicate in memory."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty.audiences.domain.conditions import OPERATORS, parse
from loyalty.audiences.domain.conditions import tests as asked_of
from loyalty.audiences.domain.fields import Catalogue, Type, standard
from loyalty.audiences.domain.predicate import judge
from loyalty.campaigns.domain.orders import read_order
from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.operations.narrowing import Narrowing, any_may_hold
from loyalty.campaigns.operations.people import Company, Person, facts_of

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
WORDS = ["refill", "tea", "", "web", 'refill"', "é"]
FIELDS: dict[str, Type] = {
    "activity.kind": Type.TEXT,
    "activity.note": Type.TEXT,
    "activity.rating": Type.NUMBER,
    "activity.gift": Type.FLAG,
    "order.categories": Type.TEXTS,
    "order.skus": Type.TEXTS,
    "order.channel": Type.TEXT,
    "order.store": Type.TEXT,
    "order.currency": Type.TEXT,
    "order.quantity": Type.NUMBER,
}


def catalogue() -> Catalogue:
    known = standard()
    for name, type in FIELDS.items():
        known.add(name, type, name)
    return known


def value_of(type: Type, op: str) -> st.SearchStrategy:
    if op in ("is_known", "is_unknown"):
        return st.just(True)
    one = {
        Type.TEXT: st.sampled_from([*WORDS, "order.placed", "review.published", "EUR"]),
        Type.TEXTS: st.sampled_from(WORDS),
        Type.NUMBER: st.integers(-2, 6) | st.sampled_from(["1.5", "4.0"]),
        Type.FLAG: st.booleans(),
    }[type]
    if op == "starts_with":
        return st.sampled_from(["re", "refill", "EU", "é"])
    if op == "between":
        return st.tuples(st.integers(-2, 2), st.integers(2, 6)).map(list)
    many = op in ("in", "not_in", "has_any", "has_none")
    return st.lists(one, min_size=1, max_size=3, unique=True) if many else one


@st.composite
def one_test(draw) -> dict:
    name = draw(st.sampled_from(sorted(FIELDS)))
    op = draw(st.sampled_from(OPERATORS[FIELDS[name]]))
    return {"field": name, "op": op, "value": draw(value_of(FIELDS[name], op))}


TREES = st.recursive(
    one_test(),
    lambda part: (
        st.fixed_dictionaries({"all": st.lists(part, max_size=3)})
        | st.fixed_dictionaries({"any": st.lists(part, max_size=3)})
        | st.fixed_dictionaries({"not": part})
    ),
    max_leaves=6,
)
SOME = {
    "note": st.sampled_from(WORDS) | st.integers(0, 3) | st.none(),
    "rating": st.integers(-1, 5) | st.sampled_from([1.5, True, "4"]),
    "gift": st.booleans() | st.sampled_from(["yes", 1]),
    "channel": st.sampled_from(WORDS),
    "store": st.sampled_from(WORDS),
}
LINES = st.lists(
    st.fixed_dictionaries(
        {
            "line_id": st.just("1"),
            "quantity": st.integers(1, 3),
            "unit_price": st.just("2.00"),
        },
        optional={"category": st.sampled_from(WORDS), "sku": st.sampled_from(WORDS)},
    ),
    min_size=1,
    max_size=3,
)
PAYLOADS = st.fixed_dictionaries({}, optional=SOME)
ACTS = st.tuples(st.just("review.published"), PAYLOADS) | st.tuples(
    st.just("order.placed"),
    st.builds(
        lambda more, lines: {"order_id": "1", "currency": "EUR", "lines": lines} | more,
        PAYLOADS,
        LINES,
    ),
)

_HOLDS = """
SELECT {may}, {must} FROM (SELECT %(kind)s::text AS kind, %(payload)s::jsonb AS payload) a
"""


def read(member, tree, kind, payload) -> tuple[bool, bool, bool]:
    """What memory says, and what SQL says may and must hold."""
    node = parse(tree, catalogue())
    person = Person(member)
    told = Told("shop", "1", kind, "m", AT, payload)
    order = read_order(payload) if kind == "order.placed" else None
    held, _ = judge(node, facts_of(told, person, order, Company({})))
    narrowing = Narrowing()
    bounds = narrowing.bounds(node)
    asked = narrowing.params | {
        "kind": kind,
        "payload": connection.ops.adapt_json_value(payload, None),
    }
    with connection.cursor() as cursor:
        cursor.execute(_HOLDS.format(may=bounds.may, must=bounds.must), asked)
        [(may, must)] = cursor.fetchall()
    return held, may, must


def is_told(node) -> bool:
    """Whether SQL can tell every test of a condition."""
    return not any(
        test.field.name == "order.quantity"
        or (test.field.type == Type.TEXTS and test.op in ("is_known", "is_unknown"))
        or (test.field.type == Type.TEXTS and "" in ({test.value} | set(test.value)))
        for test in asked_of(node)
    )


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TREES, ACTS)
def test_what_holds_may_hold_and_what_must_hold_holds(bo, tree, act):
    """E42: no activity for which the rule holds is left out of a narrowed back-test; and where SQL can
    tell everything, the two readers say the same."""
    held, may, must = read(bo, tree, *act)

    assert may or not held
    assert held or not must
    if is_told(parse(tree, catalogue())):
        assert may == must == held


def test_what_is_asked_is_a_parameter():
    """No value of a tree becomes a part of the text."""
    node = parse({"field": "order.skus", "op": "has", "value": "'); DROP TABLE a; --"}, catalogue())

    text, params = any_may_hold([node])

    assert "DROP" not in text
    assert any("DROP" in str(value) for value in params.values())


def test_nothing_asked_is_nothing_found():
    assert any_may_hold([]) == ("false", {})

"""Trees: what is refused, where the fault lies, and what each comparison means."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.audiences.domain import conditions
from loyalty.audiences.domain.conditions import MAX_DEPTH, OPERATORS, BadTreeError, parse
from loyalty.audiences.domain.fields import (
    Scope,
    standard,
    with_attributes,
    with_payload,
    with_tiers,
)
from loyalty.audiences.domain.missing import missing
from loyalty.audiences.domain.predicate import judge
from loyalty.audiences.domain.sentence import sentence

LANGUAGE = {"field": "member.language", "op": "is", "value": "de"}
COUNT = {"field": "history.count", "op": "at_least", "value": 1}
SUM = {"field": "history.sum", "op": "at_least", "value": "1"}
KINDS = frozenset({"order.placed", "visit"})


def known():
    catalogue = with_payload(
        with_tiers(standard(), [("green", "Green")]),
        [{"properties": {"rating": {"type": "number"}, "is_gift": {"type": "boolean"}}}],
    )
    catalogue.kinds = KINDS
    return catalogue


def told(field, op, value, **of):
    return {"field": field, "op": op, "value": value} | of


def deep(levels):
    tree = LANGUAGE
    for _ in range(levels):
        tree = {"not": tree}
    return tree


@pytest.mark.parametrize(
    ("tree", "pointer"),
    [
        (deep(MAX_DEPTH), "/not" * MAX_DEPTH),
        (deep(3000), "/not" * MAX_DEPTH),
        ({"all": [LANGUAGE] * 101}, "/all"),
        ({"all": [{"any": [LANGUAGE] * 60}, {"any": [LANGUAGE] * 41}]}, "/all/1/any/40"),
        ({"all": [{"any": [{"all": []}] * 99}] * 4}, "/all/2/any/98"),
        ([], ""),
        (0, ""),
        ("", ""),
        (False, ""),
        ({"all": {}}, "/all"),
        ({"all": [LANGUAGE], "x": 1}, ""),
        ({**LANGUAGE, "x": 1}, ""),
        (told("__class__", "is", "x"), "/field"),
        (told(None, "is", "x"), "/field"),
        (told(["member.language"], "is", "x"), "/field"),
        (told("attribute.", "is", "x"), "/field"),
        (told("attribute.Ö", "is", "x"), "/field"),
        (told("attribute.a' OR 1=1", "is", "x"), "/field"),
        (told("member.language", ["is"], "x"), "/op"),
        (told("member.language", "at_least", "x"), "/op"),
        (told("member.language", "is", "a\0b"), "/value"),
        (told("member.language", "is", "\ud800"), "/value"),
        (told("member.language", "is", "x" * 201), "/value"),
        (told("member.language", "is", True), "/value"),
        (told("member.language", "starts_with", ""), "/value"),
        (told("member.language", "in", []), "/value"),
        (told("member.language", "in", ["x"] * 501), "/value"),
        (told("member.language", "in", ["x", 3]), "/value/1"),
        (told("history.orders", "is", True), "/value"),
        (told("history.orders", "is", 1.5), "/value"),
        (told("history.orders", "is", 10**16), "/value"),
        (told("history.orders", "is", "9" * 5000), "/value"),
        (told("history.orders", "is", "1e3"), "/value"),
        (told("history.orders", "is", "NaN"), "/value"),
        (told("history.orders", "is", "1_0"), "/value"),
        (told("history.orders", "is", "١"), "/value"),
        (told("history.orders", "is", " 1"), "/value"),
        (told("history.orders", "is", "0.0000001"), "/value"),
        (told("history.orders", "between", [3]), "/value"),
        (told("history.orders", "between", [3, 1]), "/value"),
        (told("history.orders", "between", [1, "x"]), "/value/1"),
        (told("history.orders", "is_known", 1), "/value"),
        (told("history.orders", "is_unknown", False), "/value"),
        (told("member.has_birthday", "is", 1), "/value"),
        (told("when.date", "is", "20260331"), "/value"),
        (told("when.date", "is", "2026-02-29"), "/value"),
        (told("when.date", "is", 20260331), "/value"),
        (told("member.language", "is", "x", of={"kind": "visit"}), "/of"),
        (COUNT, "/of"),
        ({**COUNT, "of": "visit"}, "/of"),
        ({**COUNT, "of": {"kind": "visit", "x": 1}}, "/of"),
        ({**COUNT, "of": {"days": 3}}, "/of"),
        ({**COUNT, "of": {"kind": "unheard.of"}}, "/of/kind"),
        ({**COUNT, "of": {"kind": "a\ud800"}}, "/of/kind"),
        ({**COUNT, "of": {"kind": "visit", "days": 0}}, "/of/days"),
        ({**COUNT, "of": {"kind": "visit", "days": 3661}}, "/of/days"),
        ({**COUNT, "of": {"kind": "visit", "days": True}}, "/of/days"),
        ({**COUNT, "of": {"kind": "visit", "days": None}}, "/of/days"),
        ({**SUM, "of": {"kind": "visit"}}, "/of/kind"),
    ],
)
def test_a_hostile_tree_is_refused_with_its_place(tree, pointer):
    """E32, E33."""
    with pytest.raises(BadTreeError) as fault:
        parse(tree, known())
    assert fault.value.pointer == pointer
    assert str(fault.value).encode() and len(str(fault.value)) < 300


@pytest.mark.parametrize(
    ("tree", "facts", "held", "words"),
    [
        (
            told("member.language", "starts_with", "d"),
            {"member.language": "de"},
            True,
            "the language begins with d",
        ),
        (
            told("member.language", "starts_with", "D"),
            {"member.language": "de"},
            False,
            "the language begins with D",
        ),
        (
            told("history.orders", "between", [1, 3]),
            {"history.orders": 3},
            True,
            "the number of earlier orders is between 1 and 3",
        ),
        (
            told("when.date", "between", ["2026-03-01", "2026-03-31"]),
            {"when.date": date(2026, 4, 1)},
            False,
            "the date is between 2026-03-01 and 2026-03-31",
        ),
        (
            told("attribute.size", "is_unknown", True),
            {},
            True,
            "the attribute size is not known",
        ),
        (
            told("attribute.size", "is_known", True),
            {"attribute.size": "s"},
            True,
            "the attribute size is known",
        ),
        (
            told("member.tags", "is_known", True),
            {"member.tags": frozenset()},
            False,
            "the member's tags are not empty",
        ),
        (
            told("member.tags", "is_unknown", True),
            {"member.tags": frozenset()},
            True,
            "the member's tags are empty",
        ),
        (
            told("member.tags", "has_any", ["a b", "vip"]),
            {"member.tags": {"vip"}},
            True,
            "the member's tags include one of vip, “a b”",
        ),
        (
            {**COUNT, "of": {"kind": "visit", "days": 30}},
            {"history.count(visit,30)": 1},
            True,
            "the number of visit in the last 30 days is at least 1",
        ),
        (
            {**SUM, "value": "59.90", "of": {"kind": "order.placed"}},
            {"history.sum(order.placed,ever)": Decimal("59.89")},
            False,
            "the sum of order.placed ever is at least 59.9",
        ),
        (
            told("history.days_since", "is_unknown", True, of={"kind": "visit"}),
            {},
            True,
            "the days since visit ever is not known",
        ),
        (
            {"not": told("attribute.size", "is", "s")},
            {},
            True,
            "not (the attribute size is s)",
        ),
        ({"any": [{"all": []}, LANGUAGE]}, {}, True, "(always) or the language is de"),
    ],
)
def test_what_a_test_means_and_how_it_is_said(tree, facts, held, words):
    """E32, E38."""
    node = parse(tree, known())
    assert (judge(node, facts)[0], sentence(node)) == (held, words)


def test_a_quoted_value_cannot_be_taken_for_a_part_of_the_sentence():
    def said(*values):
        return sentence(parse(told("member.language", "in", list(values)), known()))

    assert said("a", "b") == "the language is one of a, b"
    assert said("a, b") == "the language is one of “a, b”"
    assert len({said("a”, “b"), said("a", "b"), said("“a”", "“b”"), said("nothing"), said("")}) == 5


def test_any_attribute_can_be_asked_about_and_those_that_exist_are_listed():
    assert parse(told("attribute.any-thing_1", "is", "x"), known()).key == "attribute.any-thing_1"
    assert "attribute.size" not in known()
    listed = with_attributes(known(), ["size", "Not One"])
    assert {name for name in listed if name.startswith("attribute.")} == {"attribute.size"}
    assert listed.kinds == KINDS


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=[]), max_size=5)
    | st.sampled_from(["visit", "de", "1", "2026-01-01", "a\0"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["all", "any", "not", "field", "op", "value", "of", "kind", "days"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
OPS = sorted({op for ops in OPERATORS.values() for op in ops})
ALMOST = st.fixed_dictionaries(
    {
        "field": st.sampled_from(sorted(known())) | JSON,
        "op": st.sampled_from(OPS) | JSON,
        "value": JSON,
    },
    optional={"of": JSON | st.fixed_dictionaries({"kind": st.just("visit")})},
)
TREES = JSON | st.recursive(
    ALMOST,
    lambda inner: (
        st.fixed_dictionaries({"not": inner})
        | st.fixed_dictionaries({"all": st.lists(inner, max_size=3)})
        | st.fixed_dictionaries({"any": st.lists(inner, max_size=3)})
    ),
    max_leaves=6,
)


@settings(max_examples=600, deadline=None)
@given(TREES)
def test_any_json_is_refused_with_a_pointer_or_read_by_all(tree):
    """E33: never another fault than the refusal, and what is read can be judged and said."""
    try:
        node = parse(tree, known())
    except BadTreeError as fault:
        assert fault.pointer == "" or fault.pointer.startswith("/")
        str(fault).encode()
        return
    held, seen = judge(node, {})
    assert isinstance(held, bool)
    assert len(seen) == len(list(conditions.tests(node)))
    assert sentence(node).encode()
    assert (missing(node, {}) == "") == held


@pytest.mark.parametrize("value", ["5", True, frozenset({"5"})])
def test_a_value_of_another_type_is_not_there(value):
    """Told under another schema than today's: the rule says no, and nothing breaks."""
    rating = {"field": "activity.rating", "op": "between", "value": [4, 5]}
    facts = {"activity.rating": value, "activity.is_gift": value}
    assert judge(parse(rating, known()), facts)[0] is False
    assert judge(parse({"not": rating}, known()), facts)[0] is True


def test_a_scope_says_what_it_is_of():
    assert Scope("visit", 30).key("history.count") == "history.count(visit,30)"
    assert Scope("visit").words() == "visit ever"
    assert Scope("visit").words("Visit") == "“Visit”"
    assert Scope("visit", 30).words("Visit") == "“Visit” in the last 30 days"

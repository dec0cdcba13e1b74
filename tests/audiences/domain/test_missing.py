"""What a member reads who does not meet a condition."""

import pytest

from loyalty.audiences.domain.conditions import parse
from loyalty.audiences.domain.fields import of_members, standard
from loyalty.audiences.domain.missing import missing

ORDERS = {"field": "history.orders", "op": "at_least", "value": 3}
GOLD = {"field": "member.tier", "op": "in", "value": ["gold", "silver"]}
BIRTHDAY = {"field": "member.has_birthday", "op": "is", "value": True}
FACTS = {"history.orders": 1, "member.tier": "bronze", "member.has_birthday": False}
FEW = "the number of earlier orders is at least 3 (now 1)"
LOW = "the tier is one of gold, silver (now bronze)"


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        ({}, ""),
        (ORDERS, FEW),
        ({"all": [ORDERS, GOLD]}, f"{FEW} and {LOW}"),
        ({"any": [ORDERS, GOLD]}, f"{FEW} or {LOW}"),
        ({"all": [{"not": BIRTHDAY}, ORDERS]}, FEW),
        ({"all": [BIRTHDAY, {"any": [ORDERS, GOLD]}]}, f"it is the birthday and ({FEW} or {LOW})"),
        ({"not": {"not": GOLD}}, "not (not (the tier is one of gold, silver))"),
        ({"any": []}, "nobody"),
    ],
)
def test_only_what_is_missing_is_said_with_what_was_found(tree, words):
    """E39."""
    assert missing(parse(tree, of_members()), FACTS) == words


def test_a_value_that_is_not_there_is_nothing():
    assert missing(parse(GOLD, of_members()), {}) == "the tier is one of gold, silver (now nothing)"


def test_members_have_no_fields_of_an_order_or_an_activity():
    names = set(of_members())
    assert {name.split(".")[0] for name in names} == {"member", "history", "when"}
    assert "history.same_kind" not in names
    assert names < set(standard())

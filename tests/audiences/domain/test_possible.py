"""Whom a condition could ever hold for, when only some of what it asks is known."""

import itertools

import pytest

from loyalty.audiences.domain.conditions import parse
from loyalty.audiences.domain.fields import Catalogue, Type
from loyalty.audiences.domain.possible import ALWAYS, NEVER, possible
from loyalty.audiences.domain.predicate import judge

KNOWN = {"field": "k", "op": "is", "value": True}
OPEN = {"field": "o", "op": "is", "value": True}


@pytest.fixture
def catalogue():
    made = Catalogue()
    made.add("k", Type.FLAG, "k")
    made.add("o", Type.FLAG, "o")
    return made


@pytest.mark.parametrize(
    ("tree", "left"),
    [
        ({}, ALWAYS),
        (KNOWN, KNOWN),
        (OPEN, ALWAYS),
        ({"not": OPEN}, ALWAYS),
        ({"not": {"not": OPEN}}, ALWAYS),
        ({"all": [KNOWN, OPEN]}, KNOWN),
        ({"any": [KNOWN, OPEN]}, ALWAYS),
        ({"not": {"any": [KNOWN, OPEN]}}, {"not": KNOWN}),
        ({"not": {"all": [KNOWN, OPEN]}}, ALWAYS),
        ({"all": [{"any": []}, OPEN]}, NEVER),
        ({"all": [KNOWN, {"not": KNOWN}, OPEN]}, {"all": [KNOWN, {"not": KNOWN}]}),
    ],
)
def test_what_is_left(tree, left):
    assert possible(tree, lambda name: name == "k") == left


def trees(depth: int):
    """Every small tree over the two tests."""
    yield from (KNOWN, OPEN)
    if depth:
        smaller = list(trees(depth - 1))
        yield from ({"not": tree} for tree in smaller)
        for joint in ("all", "any"):
            yield from ({joint: list(pair)} for pair in itertools.product(smaller, repeat=2))


def test_it_holds_for_everybody_for_whom_the_whole_could(catalogue):
    """For each tree and each known value: if the whole holds for some open value, what is left holds."""
    for tree in trees(2):
        left = possible(tree, lambda name: name == "k")
        for known in (True, False):
            could = any(
                judge(parse(tree, catalogue), {"k": known, "o": o})[0] for o in (True, False)
            )
            holds, _ = judge(parse(left, catalogue), {"k": known})
            assert holds or not could, tree

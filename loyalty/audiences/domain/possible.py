"""Whom a condition could ever hold for: what is left of it when only some fields can be known.

A rule asks about members and about what they do just then. Before they do it, the latter is open, and
what is open may come out well: the remaining condition holds for everybody for whom the whole one can.
"""

from collections.abc import Callable
from typing import Any

Tree = dict[str, Any]
ALWAYS: Tree = {"all": []}
NEVER: Tree = {"any": []}


def possible(tree: Tree, is_known: Callable[[str], bool]) -> Tree:
    """The condition (one that parses) with every test of a field that is not known replaced by the
    outcome that favours it."""
    return _favoured(tree or ALWAYS, is_known, wanted=True)


def _favoured(tree: Tree, is_known: Callable[[str], bool], *, wanted: bool) -> Tree:
    if "field" in tree:
        return tree if is_known(tree["field"]) else (ALWAYS if wanted else NEVER)
    if "not" in tree:
        return _negated(_favoured(tree["not"], is_known, wanted=not wanted))
    [(joint, parts)] = tree.items()
    found = [_favoured(part, is_known, wanted=wanted) for part in parts]
    neutral, deciding = (ALWAYS, NEVER) if joint == "all" else (NEVER, ALWAYS)
    if deciding in found:
        return deciding
    left = [part for part in found if part != neutral]
    return left[0] if len(left) == 1 else {joint: left}


def _negated(tree: Tree) -> Tree:
    if tree == ALWAYS:
        return NEVER
    return ALWAYS if tree == NEVER else {"not": tree}

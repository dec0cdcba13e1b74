"""The third reader of a condition: the sentence that people read."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from loyalty.audiences.domain.conditions import AllOf, Node, Not, Test
from loyalty.audiences.domain.fields import Type

_WORDS = {
    "is": "is",
    "is_not": "is not",
    "in": "is one of",
    "not_in": "is none of",
    "has": "include",
    "has_any": "include one of",
    "has_none": "include none of",
    "at_least": "is at least",
    "at_most": "is at most",
    "more_than": "is more than",
    "less_than": "is less than",
    "on_or_after": "is on or after",
    "on_or_before": "is on or before",
    "between": "is between",
    "starts_with": "begins with",
    "is_known": "is known",
    "is_unknown": "is not known",
}
#: A text that cannot be taken for words of the sentence, and stands without quotes.
_PLAIN = re.compile(r"\w[\w.:/+-]*")


#: Where nobody knows what kinds are called.
_UNTITLED: Mapping[str, str] = {}


def sentence(node: Node, titles: Mapping[str, str] = _UNTITLED) -> str:
    """The condition in plain words; 'always' when it asks nothing. Activity kinds go by their `titles`."""
    if isinstance(node, Test):
        return said(node, titles)
    if isinstance(node, Not):
        return f"not ({sentence(node.part, titles)})"
    if not node.parts:
        return "always" if isinstance(node, AllOf) else "never"
    joint = " and " if isinstance(node, AllOf) else " or "
    parts = [sentence(part, titles) for part in node.parts]
    return joint.join(
        part if isinstance(inner, Test | Not) or len(parts) == 1 else f"({part})"
        for inner, part in zip(node.parts, parts, strict=True)
    )


def said(test: Test, titles: Mapping[str, str] = _UNTITLED) -> str:
    """One test in plain words."""
    words = test.field.words
    if test.of:
        words = f"{words} {test.of.words(titles.get(test.of.kind, ''))}"
    if test.op in ("is_known", "is_unknown"):
        several = {"is_known": "are not empty", "is_unknown": "are empty"}
        return f"{words} {(several if test.field.type == Type.TEXTS else _WORDS)[test.op]}"
    if isinstance(test.value, bool):
        return words if test.value else f"not: {words}"
    if test.op == "between":
        least, most = map(shown, test.value)
        return f"{words} {_WORDS[test.op]} {least} and {most}"
    return f"{words} {_WORDS[test.op]} {shown(test.value)}"


def shown(value: Any) -> str:
    """A value as people write it; a text that could be taken for something else stands in quotes."""
    if isinstance(value, frozenset | set | list | tuple):
        return ", ".join(sorted(shown(part) for part in value)) or "nothing"
    if isinstance(value, Decimal):
        return str(int(value)) if value == value.to_integral_value() else f"{value.normalize():f}"
    if isinstance(value, str):
        plain = value != "nothing" and _PLAIN.fullmatch(value)
        return value if plain else "“{}”".format(value.replace("”", "””"))
    return "nothing" if value is None else str(value)

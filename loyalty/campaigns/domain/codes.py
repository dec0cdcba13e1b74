"""Codes that members enter: compared without regard to case and to spaces around them."""

from dataclasses import replace

from loyalty.audiences.domain.conditions import AllOf, AnyOf, Node, Not, Test

#: The activity that says so, and the field of its payload.
ENTERED, FIELD = "code.entered", "activity.code"


def folded(code: str) -> str:
    """A code as it is compared."""
    return code.strip().upper()


def fold(node: Node) -> Node:
    """The condition with every code in it as codes are compared."""
    if isinstance(node, Not):
        return Not(fold(node.part))
    if isinstance(node, AllOf | AnyOf):
        return type(node)(tuple(fold(part) for part in node.parts))
    if node.field.name != FIELD or not isinstance(node, Test):
        return node
    if isinstance(node.value, str):
        return replace(node, value=folded(node.value))
    if isinstance(node.value, frozenset):
        return replace(node, value=frozenset(folded(str(value)) for value in node.value))
    return node

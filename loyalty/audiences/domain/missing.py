"""What a member lacks for a condition, in the words they read."""

from loyalty.audiences.domain.conditions import AllOf, Node, Not, Test
from loyalty.audiences.domain.predicate import Facts, compact, judge
from loyalty.audiences.domain.sentence import said, sentence, shown


def missing(node: Node, facts: Facts) -> str:
    """Every test that would have to come out otherwise, with the value found; empty when it holds.

    Of an `any` each way is named, joined by "or"; of an `all` only what is not there yet.
    """
    held, _ = judge(node, facts)
    if held:
        return ""
    if isinstance(node, Test):
        found = facts.get(node.key)
        return said(node) if isinstance(found, bool) else f"{said(node)} (now {_now(found)})"
    if isinstance(node, Not):
        return f"not ({sentence(node.part)})"
    if not node.parts:
        return "nobody"
    lacking = [(part, words) for part in node.parts if (words := missing(part, facts))]
    joint = " and " if isinstance(node, AllOf) else " or "
    return joint.join(
        words if isinstance(part, Test | Not) or len(lacking) == 1 else f"({words})"
        for part, words in lacking
    )


def _now(value: object) -> str:
    return shown(compact(value))

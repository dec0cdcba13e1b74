"""The journey of a container: ordered, shipped, sent back, inspected, and refilled or rejected.

A serial goes through one cycle for each order. Whoever tells may leave steps out, and may tell an earlier
step late, but no step twice, and a container is in one order at a time.
"""

from dataclasses import dataclass, replace

from members.domain.sentences import kept

#: What each activity says has happened.
STEPS = {
    "refill.ordered": "ordered",
    "refill.shipped": "shipped",
    "refill.returned": "returned",
    "refill.inspected": "inspected",
    "refill.confirmed": "refilled",
    "refill.rejected": "rejected",
}
KINDS = frozenset(STEPS)
#: The step that a ladder of times counts by container.
CONFIRMED = "refill.confirmed"
#: Which state may follow which; the way back is none.
NEXT: dict[str, tuple[str, ...]] = {
    "ordered": ("shipped", "returned", "inspected", "refilled", "rejected"),
    "shipped": ("returned", "inspected", "refilled", "rejected"),
    "returned": ("inspected", "refilled", "rejected"),
    "inspected": ("refilled", "rejected"),
    "refilled": (),
    "rejected": (),
}
#: With which a container that has been through a cycle begins another.
BEGINS = ("ordered", "shipped")
ENDS = ("refilled", "rejected")


@dataclass(frozen=True, slots=True)
class Cycle:
    """One journey of one container: for whose order, how far it is, and every step that was told."""

    serial: str
    number: int
    member_id: int
    order_id: str
    state: str
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a step cannot be taken; `waits` when something that is told later may still allow it."""

    why: str
    waits: bool


def take_step(
    cycles: list[Cycle], *, serial: str, member_id: int, order_id: str, step: str
) -> Cycle | Objection:
    """The cycle after one more step, given the container's cycles in order; or why it cannot be."""
    own = [each for each in cycles if (each.member_id, each.order_id) == (member_id, order_id)]
    if own:
        return _go_on(own[-1], step)
    if not cycles:
        return Cycle(serial, 1, member_id, order_id, step, (step,))
    last = cycles[-1]
    if last.state not in ENDS:
        return Objection(
            kept("Container %(serial)s is still under way in another order.") % {"serial": serial},
            waits=True,
        )
    if step not in BEGINS:
        return Objection(
            kept("Container %(serial)s has not been ordered again since.") % {"serial": serial},
            waits=True,
        )
    return Cycle(serial, last.number + 1, member_id, order_id, step, (step,))


def _go_on(cycle: Cycle, step: str) -> Cycle | Objection:
    if step in cycle.told:
        return Objection(
            kept("Container %(serial)s was %(step)s in this order before.")
            % {"serial": cycle.serial, "step": step},
            waits=False,
        )
    if step in NEXT[cycle.state]:
        return replace(cycle, state=step, told=(*cycle.told, step))
    if step in ENDS:
        return Objection(
            kept("Container %(serial)s was %(state)s in this order, so it cannot be %(step)s.")
            % {"serial": cycle.serial, "state": cycle.state, "step": step},
            waits=False,
        )
    # An earlier step, told late: it counts for what it is, and moves nothing.
    return replace(cycle, told=(*cycle.told, step))

"""Gates that a redemption passes. Upper floors stand at them: rewards know neither who nor why.

What is caught is set aside, its points held, until whoever stands at the gate has it confirmed or
cancelled.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Protocol

from loyalty.rewards.models import Redemption, Reward
from members.domain.actors import Actor
from members.models import Member

#: How long what was caught waits; then its points are free again.
PATIENCE = timedelta(days=30)

Doubts = list[dict[str, Any]]


class Gate(Protocol):
    """Who may keep a redemption waiting."""

    def doubts(self, member: Member, reward: Reward, cost: int) -> Doubts:
        """What is doubtful about it; nothing lets it pass. Asked before balances are locked."""

    def caught(self, redemption: Redemption, doubts: Doubts, *, actor: Actor) -> None:
        """It was set aside for these."""

    def lock(self, redemption: Redemption) -> None:
        """Lock what is decided about it, before anything else of it is locked."""

    def ended(self, redemption: Redemption, *, actor: Actor, reason: str) -> None:
        """It was cancelled while it waited."""


#: Who stands there; filled when the programme starts.
GATES: list[Gate] = []


def ask(member: Member, reward: Reward, *, cost: int) -> list[tuple[Gate, Doubts]]:
    """Every gate that has doubts, with them. What costs nothing holds no points, and passes."""
    if not cost:
        return []
    said = ((gate, gate.doubts(member, reward, cost)) for gate in GATES)
    return [(gate, doubts) for gate, doubts in said if doubts]


def catch(redemption: Redemption, by: Sequence[tuple[Gate, Doubts]], *, actor: Actor) -> None:
    """Tell the gates that it waits."""
    for gate, doubts in by:
        gate.caught(redemption, doubts, actor=actor)


def lock(redemption: Redemption) -> None:
    """Lock what the gates have about one that waits."""
    for gate in GATES:
        gate.lock(redemption)


def end(redemption: Redemption, *, actor: Actor, reason: str) -> None:
    """Tell the gates that one that waited was cancelled."""
    for gate in GATES:
        gate.ended(redemption, actor=actor, reason=reason)

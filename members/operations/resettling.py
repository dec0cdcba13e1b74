"""Measuring everybody anew after a ladder was changed, in batches that are jobs of their own."""

from typing import Any

from members import clock
from members.domain.actors import Actor
from members.models import Job, Member
from members.operations import jobs, tiers
from members.operations.jobs import does

BATCH = 1_000


def resettle_everybody(*, cause: str) -> None:
    """Queue it, in the transaction of the change. `cause` is unique to the change."""
    _enqueue(cause, after=0)


def _enqueue(cause: str, *, after: int) -> None:
    jobs.enqueue(
        "tier.resettle",
        key=f"tier.resettle:{cause}:{after}",
        arguments={"cause": cause, "after": after},
    )


@does("tier.resettle")
def resettle(arguments: dict[str, Any]) -> None:
    """Settle the next members, and leave a job for those who come after them."""
    own = Member.objects.filter(pk__gt=arguments["after"], merged_into=None)
    members = list(own.order_by("pk")[:BATCH])
    if not members:
        return
    tiers.lock(members)
    tiers.settle(members, actor=Actor.system("resettling"), at=clock.now())
    if len(members) == BATCH:
        _enqueue(arguments["cause"], after=members[-1].pk)


def tiers_are_moving() -> bool:
    """Whether somebody's stored tier may still be that of a ladder as it was."""
    return Job.objects.filter(kind="tier.resettle").exclude(state=Job.State.DONE).exists()

"""Looking at a member's pages as the member sees them. Nothing can be changed while it lasts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from members import clock
from members.domain.actors import Actor
from members.errors import NoViewingOfOneself
from members.models import Member
from members.operations import audit, relations

#: So long a viewing lasts. Whoever needs longer says again why.
LIFE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Viewing:
    """Who is looked at, by which user, until when. It is kept in that user's session and nowhere else."""

    member_id: int
    user_id: int
    until: datetime


@transaction.atomic
def begin(member: Member, *, reason: str, actor: Actor) -> Viewing:
    """Let the acting person see what the member sees, for a quarter of an hour.

    Raises NoViewingOfOneself or NotForHousehold.
    """
    assert actor.id is not None  # only people look
    relations.refuse_near(actor, member, own=NoViewingOfOneself)
    until = clock.now() + LIFE
    audit.record(
        member,
        actor=actor,
        verb="members.viewing.begun",
        after={"until": until.isoformat()},
        reason=reason,
    )
    return Viewing(member.pk, actor.id, until)


def end(viewing: Viewing, *, actor: Actor) -> None:
    """Say when it was over. One that ran out ended at its `until`, and needs no further word."""
    if clock.now() >= viewing.until:
        return
    member = Member.objects.get(pk=viewing.member_id)
    audit.record(member, actor=actor, verb="members.viewing.ended")

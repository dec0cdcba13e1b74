"""Reading what is in one's inbox."""

from datetime import datetime

from django.db import transaction

from loyalty.messaging.models import Message
from members import clock
from members.domain.actors import Actor
from members.models import Member
from members.operations import audit


@transaction.atomic
def read(
    member: Member, *, actor: Actor, message: Message | None = None, at: datetime | None = None
) -> int:
    """Note that the member has read one message, or everything that is unread; how many that were.

    What was read here is not sent by another way any more (`sending` asks). Reading again changes
    nothing.
    """
    unread = Message.objects.waiting_to_be_read().filter(member=member)
    if message is not None:
        unread = unread.filter(pk=message.pk)
    rows = list(unread.order_by("pk").select_for_update())
    Message.objects.filter(pk__in=[row.pk for row in rows]).update(read_at=at or clock.now())
    if rows:
        audit.record_all(
            rows,
            actor=actor,
            verb="messaging.message.read",
            after=[{} for _ in rows],
            reasons=["" for _ in rows],
        )
    return len(rows)

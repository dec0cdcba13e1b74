"""What was written to somebody: that it was stays, the words go."""

from loyalty.messaging.models import Choice, Message, Pace
from members.operations.holdings import ALSO, Person, holds

holds(Choice, "member", goes=True)
holds(Pace, "member", goes=True)
holds(Message, "member", blank={"subject": "Erased", "body": "", "link": "", "calendar": ""})


def send_no_more(person: Person) -> None:
    """What waits is not sent."""
    waiting = Message.objects.filter(member__in=person.members, state=Message.State.WAITING)
    waiting.update(state=Message.State.DROPPED, state_reason="erased")


ALSO.append(send_no_more)

"""Writing and sending messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.mail import EmailMessage
from django.db import connection, transaction

from loyalty.messaging.models import Message
from members import clock
from members.operations import jobs
from members.operations.jobs import does

Channel, State = Message.Channel, Message.State

#: The newest word of each member on e-mail about this topic; no word is no consent.
_AGREED = """
SELECT DISTINCT ON (member_id) member_id, granted FROM members_consent
WHERE member_id = ANY(%s) AND purpose = 'programme' AND channel IN ('email', '')
ORDER BY member_id, at DESC, id DESC
"""


@dataclass(frozen=True, slots=True)
class Note:
    """Something to tell one member; `key` makes sure it is told once."""

    member_id: int
    topic: str
    key: str
    subject: str
    body: str
    link: str = ""


@transaction.atomic
def tell(notes: Sequence[Note]) -> int:
    """Put notes into inboxes, and queue an e-mail for those who agreed to it. A note whose key was
    told before is left out. Returns how many notes there were."""
    if not notes:
        return 0
    now = clock.now()
    agreed = _agreed({note.member_id for note in notes})
    rows = [_message(note, Channel.INBOX, State.SENT, now) for note in notes]
    rows += [
        _message(note, Channel.EMAIL, State.WAITING, now)
        for note in notes
        if note.member_id in agreed
    ]
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    waiting = Message.objects.filter(
        channel=Channel.EMAIL,
        state=State.WAITING,
        member_id__in=agreed,
        dedupe_key__in={note.key for note in notes},
    ).values_list("pk", flat=True)
    jobs.enqueue_all(("message.send", f"send:{pk}", {"message": pk}) for pk in waiting)
    return len(notes)


def _agreed(member_ids: set[int]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(_AGREED, [list(member_ids)])
        return {member_id for member_id, granted in cursor.fetchall() if granted}


def _message(note: Note, channel: str, state: str, now: Any) -> Message:
    return Message(
        member_id=note.member_id,
        channel=channel,
        topic=note.topic,
        subject=note.subject[:150],
        body=note.body,
        link=note.link,
        dedupe_key=note.key,
        state=state,
        created_at=now,
        sent_at=now if state == State.SENT else None,
    )


@does("message.send", outside=True)
def send(arguments: dict[str, Any]) -> None:
    """Send one e-mail, if the member agrees at this moment: mark it, send it, record it.

    A mail found marked but not recorded was interrupted; whether it left is unknown, so it is not
    sent again.
    """
    message = _start(arguments["message"])
    if message is None:
        return
    mail = EmailMessage(
        message.subject,
        message.body,
        to=[message.member.email],
        headers={"Message-ID": f"<message-{message.pk}@laurel>"},
    )
    try:
        mail.send()
    except OSError:
        # The mail server refused or was away: nothing left, so another try may.
        _end(message, State.WAITING)
        raise
    _end(message, State.SENT)


@transaction.atomic
def _start(pk: int) -> Message | None:
    """Mark a waiting message as being sent, or drop it and say why."""
    message = Message.objects.select_for_update(of=("self",)).select_related("member").get(pk=pk)
    if message.state == State.SENDING:
        _end(message, State.DROPPED, "interrupted; outcome unknown")
        return None
    if message.state != State.WAITING:
        return None
    member = message.member
    if not member.email or member.erased_at or member.pk not in _agreed({member.pk}):
        _end(message, State.DROPPED, "no address or no consent")
        return None
    _end(message, State.SENDING)
    return message


def _end(message: Message, state: str, reason: str = "") -> None:
    message.state, message.state_reason = state, reason
    message.sent_at = clock.now() if state == State.SENT else None
    message.save(update_fields=["state", "state_reason", "sent_at"])

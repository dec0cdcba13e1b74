"""Writing messages: into inboxes at once, and to e-mail for those who agreed to it and want it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from loyalty.messaging.models import Choice, Message, Topic
from members import clock
from members.operations import jobs

Channel, State = Message.Channel, Message.State

#: The newest word of each member on e-mail about this topic; no word is no consent.
_AGREED = """
SELECT DISTINCT ON (member_id) member_id, granted FROM members_consent
WHERE member_id = ANY(%s) AND purpose = 'programme' AND channel IN ('email', '')
ORDER BY member_id, at DESC, id DESC
"""


@dataclass(frozen=True, slots=True)
class Note:
    """Something to tell one member; `key` makes sure it is told once. After `useful_until` it is old news.

    `calendar` is a calendar file for the mail.
    """

    member_id: int
    topic: str
    key: str
    subject: str
    body: str
    link: str = ""
    useful_until: datetime | None = None
    calendar: str = ""


@transaction.atomic
def tell(notes: Sequence[Note]) -> int:
    """Put notes into inboxes, and queue an e-mail for those who agreed to it. A note whose key was
    told before is left out; one whose member does not want it is kept as dropped. Returns how many notes
    there were."""
    if not notes:
        return 0
    now = clock.now()
    members = {note.member_id for note in notes}
    agreed, unwanted = agreed_to_mail(members), _unwanted(members)
    rows = [_message(note, Channel.INBOX, State.SENT, now, unwanted) for note in notes]
    rows += [
        _message(note, Channel.EMAIL, State.WAITING, now, unwanted)
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


def agreed_to_mail(member_ids: set[int]) -> set[int]:
    """Who of these has agreed to e-mail, as of this moment."""
    with connection.cursor() as cursor:
        cursor.execute(_AGREED, [list(member_ids)])
        return {member_id for member_id, granted in cursor.fetchall() if granted}


def _unwanted(member_ids: set[int]) -> set[tuple[int, str, str]]:
    left = Choice.objects.filter(member__in=member_ids, is_wanted=False)
    return set(left.values_list("member", "topic", "channel"))


def _message(
    note: Note, channel: str, state: str, now: datetime, unwanted: set[tuple[int, str, str]]
) -> Message:
    is_wanted = (note.member_id, Topic.of(note.topic), channel) not in unwanted
    return Message(
        member_id=note.member_id,
        channel=channel,
        topic=note.topic,
        # A subject is one line: a mail with another would never leave.
        subject=" ".join(note.subject.split())[:150],
        body=note.body,
        link=note.link,
        calendar=note.calendar if channel == Channel.EMAIL else "",
        dedupe_key=note.key,
        state=state if is_wanted else State.DROPPED,
        state_reason="" if is_wanted else "not wanted",
        created_at=now,
        sent_at=now if is_wanted and state == State.SENT else None,
        useful_until=note.useful_until,
    )

"""Sending one e-mail, if it is still wanted, still of use, and now is the time."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from loyalty.messaging.domain.quiet import quiet_until
from loyalty.messaging.models import Choice, Message, Pace, Topic
from loyalty.messaging.operations.messages import agreed_to_mail
from loyalty.messaging.operations.subscriptions import link_for
from members import clock
from members.domain.calendar import local_date, start_of_day
from members.languages import spoken
from members.operations import jobs
from members.operations.jobs import does

Channel, State = Message.Channel, Message.State


@does("message.send", outside=True)
def send(arguments: dict[str, Any]) -> None:
    """Send one e-mail, if the member agrees at this moment: mark it, send it, record it.

    A mail found marked but not recorded was interrupted; whether it left is unknown, so it is not
    sent again.
    """
    message = _start(arguments["message"])
    if message is None:
        return
    try:
        _mail(message).send()
    except OSError:
        # The mail server refused or was away: nothing left, so another try may.
        _end(message, State.WAITING)
        raise
    _end(message, State.SENT)


def _mail(message: Message) -> EmailMessage:
    """The mail with its way out: a link to read, and the headers by which a mailbox leaves for its reader."""
    leave = link_for(message)
    with override(spoken(message.member.language)):
        parts = [message.body]
        if message.link:
            parts.append(settings.PUBLIC_URL + message.link)
        parts.append(_("No more e-mail of this kind: %(link)s") % {"link": leave})
    mail = EmailMessage(
        message.subject,
        "\n\n".join(parts) + "\n",
        to=[message.member.email],
        headers={
            "Message-ID": f"<message-{message.pk}@laurel>",
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    if message.calendar:
        mail.attach("event.ics", message.calendar, "text/calendar")
    return mail


@transaction.atomic
def _start(pk: int) -> Message | None:
    """Mark a waiting message as being sent; or drop it, or let it wait, and say why."""
    message = Message.objects.select_for_update(of=("self",)).select_related("member").get(pk=pk)
    if message.state == State.SENDING:
        _end(message, State.DROPPED, "interrupted; outcome unknown")
        return None
    if message.state != State.WAITING:
        return None
    now = clock.now()
    reason = _against(message, now)
    if reason:
        _end(message, State.DROPPED, reason)
        return None
    waits = _waits(message, now)
    if waits is not None:
        until, reason = waits
        _end(message, State.WAITING, reason)
        key = f"send:{pk}:{until:%Y%m%dT%H%M}"
        jobs.enqueue("message.send", key=key, arguments={"message": pk}, not_before=until)
        return None
    _end(message, State.SENDING)
    return message


def _against(message: Message, now: datetime) -> str:
    """Why this mail is not to leave at all; empty when nothing speaks against it."""
    member = message.member
    if not member.email or member.erased_at or member.pk not in agreed_to_mail({member.pk}):
        return "no address or no consent"
    own = Choice.objects.filter(member=member, channel=Channel.EMAIL, is_wanted=False)
    if own.filter(topic=Topic.of(message.topic)).exists():
        return "not wanted"
    inbox = Message.objects.inbox(member).filter(
        topic=message.topic, dedupe_key=message.dedupe_key, read_at__isnull=False
    )
    if inbox.exists():
        return "read in the inbox"
    if message.useful_until is not None and message.useful_until <= now:
        return "too late to be of use"
    return ""


def _waits(message: Message, now: datetime) -> tuple[datetime, str] | None:
    """Until when the member's quiet hours or their most in a day hold it back, and the reason.

    Their pace is locked, so that two workers do not both send the last one of a day.
    """
    member = message.member
    pace = Pace.objects.select_for_update().filter(member=member).first()
    if pace is None:
        return None
    if pace.quiet_from and pace.quiet_until:
        until = quiet_until(now, member.time_zone, pace.quiet_from, pace.quiet_until)
        if until is not None:
            return until, "quiet hours"
    if pace.most_a_day:
        today = local_date(now, member.time_zone)
        mails = Message.objects.filter(member=member, channel=Channel.EMAIL)
        sent = mails.filter(
            state=State.SENT, sent_at__gte=start_of_day(today, member.time_zone)
        ).count()
        if sent + mails.filter(state=State.SENDING).count() >= pace.most_a_day:
            tomorrow = today + timedelta(days=1)
            return start_of_day(tomorrow, member.time_zone), "enough for one day"
    return None


def _end(message: Message, state: str, reason: str = "") -> None:
    message.state, message.state_reason = state, reason
    message.sent_at = clock.now() if state == State.SENT else None
    message.save(update_fields=["state", "state_reason", "sent_at"])

"""Guests are told of their seats: in the inbox, and by mail with a calendar file in it."""

from datetime import timedelta

import pytest
from django.core import mail
from icalendar import Calendar

from events_directory.operations import bookings, occurrences, partners, waitlists
from loyalty.messaging.models import Message, Topic
from loyalty.messaging.operations import choices
from members.operations import consents, jobs
from tests.conftest import SYSTEM
from tests.events_directory.conftest import crowd

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(bo):
    consents.record(bo, purpose="programme", channel="email", granted=True, actor=SYSTEM)
    return bo


def work() -> None:
    while jobs.work_off():
        pass


def inbox(member) -> list[str]:
    return [message.subject for message in Message.objects.inbox(member)]


def calendars() -> list[Calendar]:
    """The calendar files of the mails that left."""
    parts = [part for each in mail.outbox for part in each.attachments]
    assert {(name, kind) for name, _, kind in parts} <= {("event.ics", "text/calendar")}
    return [Calendar.from_ical(text) for _, text, _ in parts]


def test_a_booking_mails_its_calendar_file(occurrence, reader):
    """UM17: the .ics is in the mail: the date, and no ticket."""
    booking = bookings.book(occurrence, member=reader, seats=2, key="k", actor=SYSTEM)
    work()
    assert inbox(reader) == ["Your booking: Mend a lamp"]
    (letter,) = mail.outbox
    assert letter.to == ["bo@example.test"]
    assert f"/events/bookings/{booking.reference}/" in letter.body
    assert "You have 2 seats: Mend a lamp" in letter.body
    (calendar,) = calendars()
    (event,) = calendar.walk("VEVENT")
    assert event["uid"] == f"{occurrence.uid}@laurel"
    assert event.decoded("dtstart") == occurrence.starts_at
    assert booking.reference not in calendar.to_ical().decode()


def test_who_moves_up_is_mailed_and_told(occurrence, reader, amara):
    """UM17: the freed seat goes to the next, who is mailed and finds it in the inbox, once."""
    occurrences.change_capacity(occurrence, capacity=1, actor=SYSTEM)
    taken = bookings.book(occurrence, member=amara, key="k", actor=SYSTEM)
    waitlists.join(occurrence, member=reader, key="w", actor=SYSTEM)
    work()
    assert (inbox(reader), mail.outbox) == ([], [])
    bookings.cancel(taken, actor=SYSTEM)
    work()
    assert inbox(reader) == ["You have moved up: Mend a lamp"]
    assert [each.subject for each in mail.outbox] == ["You have moved up: Mend a lamp"]
    assert len(calendars()) == 1


def test_a_moved_and_a_cancelled_date_tell_calendars(occurrence, reader):
    """C21: STATUS and SEQUENCE, under the same UID."""
    bookings.book(occurrence, member=reader, key="k", actor=SYSTEM)
    work()
    occurrences.move(
        occurrence,
        local_on=occurrence.local_on + timedelta(days=1),
        local_time=occurrence.local_time,
        actor=SYSTEM,
    )
    work()
    occurrences.cancel(occurrence, reason="Rain", actor=SYSTEM)
    work()
    assert inbox(reader) == [
        "Cancelled: Mend a lamp",
        "New time: Mend a lamp",
        "Your booking: Mend a lamp",
    ]
    assert "The reason: Rain" in mail.outbox[-1].body
    told = [calendar.walk("VEVENT")[0] for calendar in calendars()]
    assert [(int(each["sequence"]), str(each["status"])) for each in told] == [
        (0, "CONFIRMED"),
        (1, "CONFIRMED"),
        (2, "CANCELLED"),
    ]
    assert len({str(each["uid"]) for each in told}) == 1


def test_what_is_out_of_date_by_then_is_not_told(occurrence, reader):
    booking = bookings.book(occurrence, member=reader, key="k", actor=SYSTEM)
    bookings.cancel(booking, actor=SYSTEM)
    work()
    assert (inbox(reader), mail.outbox) == ([], [])


def test_who_waits_for_a_date_that_is_called_off_is_told(occurrence, reader):
    occurrences.change_capacity(occurrence, capacity=1, actor=SYSTEM)
    (guest,) = crowd(1)
    bookings.book(occurrence, member=guest, key="k", actor=SYSTEM)
    waitlists.join(occurrence, member=reader, key="w", actor=SYSTEM)
    occurrences.cancel(occurrence, reason="Rain", actor=SYSTEM)
    work()
    assert inbox(reader) == ["Cancelled: Mend a lamp"]


@pytest.fixture
def in_line(occurrence, reader, amara):
    """Amara has the one seat, Bo waits for it; both have read so far what they were told."""
    occurrences.change_capacity(occurrence, capacity=1, actor=SYSTEM)
    bookings.book(occurrence, member=amara, key="k", actor=SYSTEM)
    waitlists.join(occurrence, member=reader, key="w", actor=SYSTEM)
    work()
    Message.objects.all().delete()
    return occurrence


def a_day_later(occurrence) -> None:
    occurrences.move(
        occurrence,
        local_on=occurrence.local_on + timedelta(days=1),
        local_time=occurrence.local_time,
        actor=SYSTEM,
    )


def test_who_waits_is_told_like_who_has_a_seat_when_the_date_moves(in_line, reader, amara):
    """UM17: once for each move, with their place in line kept."""
    a_day_later(in_line)
    work()
    assert (inbox(amara), inbox(reader)) == (["New time: Mend a lamp"],) * 2
    word = Message.objects.inbox(reader).get()
    assert word.body.endswith("You keep your place on the waiting list.")
    assert word.link == f"/events/{in_line.micro_event_id}/"
    assert [each.subject for each in mail.outbox] == ["New time: Mend a lamp"]
    a_day_later(in_line)
    work()
    assert len(inbox(reader)) == 2


def test_who_has_moved_up_by_then_is_told_of_the_seat_alone(in_line, reader):
    """No word of a place in line to somebody who has a seat."""
    a_day_later(in_line)
    occurrences.change_capacity(in_line, capacity=2, actor=SYSTEM)
    work()
    assert inbox(reader) == ["You have moved up: Mend a lamp"]


def test_another_address_is_told_to_guests_and_to_who_waits(in_line, reader, amara, venue):
    """C21: calendars see a revision; what is only the map's is not told."""
    told = {"city": "", "latitude": None, "longitude": None, "actor": SYSTEM}
    partners.change_venue(venue, address="Elbchaussee 9", **told)
    partners.change_venue(venue, address="Elbchaussee 9", **told)
    partners.change_venue(venue, address="Elbchaussee 9", **told | {"latitude": 53, "longitude": 9})
    work()
    assert (inbox(amara), inbox(reader)) == (["New place: Mend a lamp"],) * 2
    assert "The back room, Elbchaussee 9" in Message.objects.inbox(reader).get().body
    in_line.refresh_from_db()
    assert in_line.sequence == 1


def test_who_left_the_topic_gets_no_mail_of_it(occurrence, reader):
    """UM19: opt-outs are respected."""
    wanted = {(Topic.EVENTS, Message.Channel.EMAIL): False}
    choices.choose(reader, wanted=wanted, actor=SYSTEM)
    bookings.book(occurrence, member=reader, key="k", actor=SYSTEM)
    work()
    assert (inbox(reader), mail.outbox) == (["Your booking: Mend a lamp"], [])


def test_a_german_is_told_in_german_dates(occurrence, reader):
    """The member's own language and the venue's clock."""
    type(reader).objects.filter(pk=reader.pk).update(language="de")
    bookings.book(occurrence, member=reader, key="k", actor=SYSTEM)
    work()
    assert "18:00 CE" in Message.objects.inbox(reader).get().body

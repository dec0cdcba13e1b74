"""While an organisation is suspended: nothing of it is on show, nobody new comes, who has a seat keeps it."""

from datetime import timedelta

import pytest

from events_directory.errors import PartnerSuspended
from events_directory.models import Booking, Occurrence, WaitlistPlace
from events_directory.operations import (
    bookings,
    check_ins,
    micro_events,
    occurrences,
    partners,
    waitlists,
)
from loyalty.messaging.models import Message
from members import clock
from members.models import Job
from members.operations import jobs
from tests.conftest import SYSTEM
from tests.events_directory.conftest import broken, crowd, evening

pytestmark = pytest.mark.django_db


def suspend(shop):
    return partners.suspend(shop, reason="Complaints", actor=SYSTEM)


def told(member) -> list[str]:
    while jobs.work_off():
        pass
    return [message.subject for message in Message.objects.inbox(member)]


def test_its_dates_are_on_show_nowhere_until_it_comes_back(occurrence, shop):
    """ADR 44: the list, the map, the calendar, the search, the home page and the feed ask these two."""
    now = clock.now()
    suspend(shop)
    assert not Occurrence.objects.on_show(now).exists()
    assert not Occurrence.objects.in_feed(now).exists()
    partners.verify(shop, actor=SYSTEM)
    assert [*Occurrence.objects.on_show(now), *Occurrence.objects.in_feed(now)] == [occurrence] * 2


def test_nobody_new_books_waits_or_changes_to_another_date(occurrence, shop, booking, bo):
    other = evening(occurrence.micro_event, days=8)
    suspend(shop)
    with pytest.raises(PartnerSuspended) as refusal:
        bookings.book(occurrence, member=bo, key="k", actor=SYSTEM)
    assert refusal.value.code == "partner_suspended"
    with pytest.raises(PartnerSuspended):
        waitlists.join(occurrence, member=bo, key="w", actor=SYSTEM)
    with pytest.raises(PartnerSuspended):
        bookings.rebook(booking, to=other, key="m", actor=SYSTEM)
    assert not WaitlistPlace.objects.exists()
    assert Booking.objects.values_list("occurrence", "state").get() == (occurrence.pk, "booked")


def test_the_request_of_before_is_answered_as_it_was(occurrence, shop, booking, amara):
    """P1: asked again, a booking that was made is that booking."""
    suspend(shop)
    again = bookings.book(occurrence, member=amara, key="amara-1", actor=SYSTEM)
    assert again == booking


def test_who_has_a_seat_is_told_once_each_time_and_keeps_it(occurrence, shop, booking, amara):
    told(amara)
    Message.objects.all().delete()
    suspend(shop)
    assert told(amara) == ["On hold: Mend a lamp"]
    assert told(amara) == ["On hold: Mend a lamp"]
    partners.verify(shop, actor=SYSTEM)
    assert told(amara) == ["It takes place: Mend a lamp", "On hold: Mend a lamp"]
    suspend(shop)
    assert len(told(amara)) == 3
    booking.refresh_from_db()
    assert booking.state == "booked"


def test_what_is_settled_by_then_is_not_told(occurrence, shop, booking, amara):
    told(amara)
    Message.objects.all().delete()
    suspend(shop)
    partners.verify(shop, actor=SYSTEM)
    assert told(amara) == ["It takes place: Mend a lamp"]


def test_only_guests_of_dates_to_come_are_told(occurrence, shop, booking):
    Job.objects.all().delete()
    with clock.standing_at(occurrence.ends_at + timedelta(hours=1)):
        suspend(shop)
    assert not Job.objects.filter(kind="booking.tell").exists()


def test_a_seat_that_is_given_back_meanwhile_waits_for_the_return(occurrence, shop, amara):
    """C6: nobody moves up to a date that may not take place; at the return the line does, at once."""
    occurrences.change_capacity(occurrence, capacity=1, actor=SYSTEM)
    (guest,) = crowd(1)
    taken = bookings.book(occurrence, member=guest, key="k", actor=SYSTEM)
    waitlists.join(occurrence, member=amara, key="w", actor=SYSTEM)
    suspend(shop)
    bookings.cancel(taken, actor=SYSTEM)
    assert (WaitlistPlace.objects.get().state, broken()) == ("waiting", {})
    partners.verify(shop, actor=SYSTEM)
    assert (WaitlistPlace.objects.get().state, broken()) == ("promoted", {})
    assert Booking.objects.live().get().member == amara


def test_staff_call_it_off_and_the_door_stays_open(occurrence, shop, booking, drafted, fay):
    """Whoever has a seat is let in; staff can cancel all the same."""
    suspend(shop)
    with clock.standing_at(occurrence.starts_at):
        row = check_ins.check_in(occurrence, ticket=booking.ticket, nonce="n", actor=SYSTEM)
        assert row.result == "ok"
    micro_events.cancel(drafted, reason="For good", actor=SYSTEM)
    occurrence.refresh_from_db()
    assert occurrence.is_cancelled

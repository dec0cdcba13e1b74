"""Waiting for a seat: in order, once, and until it begins."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from events_directory.errors import (
    AccessNeeded,
    AlreadyBooked,
    AlreadyWaiting,
    IllegalMove,
    KeyReused,
    MoreThanThereAre,
    SoldOut,
    Started,
)
from events_directory.models import Booking, MicroEvent, Occurrence, WaitlistPlace
from events_directory.operations import (
    bookings,
    merged,
    micro_events,
    occurrences,
    partners,
    waitlists,
)
from members import clock
from members.models import AuditRow, Job
from members.operations import accesses, erasures, jobs, sweeps
from members.operations.sweeps import Tally
from tests.conftest import SYSTEM
from tests.events_directory.conftest import broken, crowd, evening

pytestmark = pytest.mark.django_db


@pytest.fixture
def full(occurrence):
    """The evening with two seats, both taken; answers the date and the two bookings."""
    occurrences.change_capacity(occurrence, capacity=2, actor=SYSTEM)
    guests = crowd(2)
    rows = [bookings.book(occurrence, member=each, key="k", actor=SYSTEM) for each in guests]
    return occurrence, rows


def wait(occurrence, member, seats=1, key="w"):
    return waitlists.join(occurrence, member=member, seats=seats, key=key, actor=SYSTEM)


def line(occurrence) -> list[tuple[str, int]]:
    rows = WaitlistPlace.objects.in_line().filter(occurrence=occurrence).with_position()
    return [(row.member.ref, row.position) for row in rows]


def states() -> list[str]:
    return list(WaitlistPlace.objects.order_by("pk").values_list("state", flat=True))


def booked(occurrence) -> int:
    return Occurrence.objects.get(pk=occurrence.pk).booked


def test_the_first_in_line_gets_the_seat_that_becomes_free(full, amara, bo):
    """UM17, C6: position 1, cancelled, promoted; the next is position 1 then."""
    occurrence, (first, _second) = full
    wait(occurrence, amara), wait(occurrence, bo)
    assert line(occurrence) == [("amara", 1), ("bo", 2)]
    bookings.cancel(first, actor=SYSTEM)
    assert line(occurrence) == [("bo", 1)]
    place = WaitlistPlace.objects.get(member=amara)
    assert (place.state, place.booking.state, booked(occurrence)) == ("promoted", "booked", 2)
    verbs = AuditRow.objects.filter(verb__startswith="events_directory.waitlist_place")
    assert list(verbs.order_by("pk").values_list("verb", flat=True)) == [
        "events_directory.waitlist_place.joined",
        "events_directory.waitlist_place.joined",
        "events_directory.waitlist_place.promoted",
    ]
    assert broken() == {}


def test_a_party_that_does_not_fit_keeps_its_place_and_the_next_is_asked(full, amara, bo):
    """C9: skipped, not lost."""
    occurrence, (first, second) = full
    wait(occurrence, amara, seats=2), wait(occurrence, bo)
    bookings.cancel(first, actor=SYSTEM)
    assert (line(occurrence), Booking.objects.live().filter(member=bo).count()) == (
        [("amara", 1)],
        1,
    )
    bookings.cancel(second, actor=SYSTEM)
    assert line(occurrence) == [("amara", 1)]
    bookings.cancel(Booking.objects.live().get(member=bo), actor=SYSTEM)
    assert Booking.objects.live().get().seats == 2
    assert broken() == {}


def test_the_same_request_again_is_the_same_place(full, amara):
    """P1."""
    occurrence, (first, _) = full
    place = wait(occurrence, amara)
    assert wait(occurrence, amara).pk == place.pk
    with pytest.raises(KeyReused):
        wait(occurrence, amara, seats=2)
    with pytest.raises(AlreadyWaiting):
        wait(occurrence, amara, key="other")
    bookings.cancel(first, actor=SYSTEM)
    assert (wait(occurrence, amara).state, states()) == ("promoted", ["promoted"])


def test_when_a_seat_has_just_become_free_it_is_taken_at_once(occurrence, amara):
    place = wait(occurrence, amara, seats=3)
    assert (place.state, place.booking.seats, booked(occurrence)) == ("promoted", 3, 3)


def test_what_a_booking_is_refused_for_waiting_is_too(full, amara):
    occurrence, (first, _) = full
    MicroEvent.objects.update(access_name="circle")
    with pytest.raises(AccessNeeded):
        wait(occurrence, amara)
    accesses.grant(amara, name="circle", cause="badge:1", actor=SYSTEM)
    with pytest.raises(MoreThanThereAre):
        wait(occurrence, amara, seats=3)
    with pytest.raises(Started):
        waitlists.join(occurrence, member=amara, key="w", actor=SYSTEM, at=occurrence.starts_at)
    accesses.grant(first.member, name="circle", cause="badge:2", actor=SYSTEM)
    with pytest.raises(AlreadyBooked):
        wait(occurrence, first.member)
    assert not WaitlistPlace.objects.exists()


def test_who_has_lost_the_access_is_passed_over(full, amara, bo):
    occurrence, (first, _) = full
    MicroEvent.objects.update(access_name="circle")
    for member in (amara, bo):
        accesses.grant(member, name="circle", cause=f"badge:{member.pk}", actor=SYSTEM)
        wait(occurrence, member)
    accesses.close(f"badge:{amara.pk}", actor=SYSTEM)
    bookings.cancel(first, actor=SYSTEM)
    assert line(occurrence) == [("amara", 1)]


@pytest.fixture
def outside(full, amara, bo):
    """Amara waits for a seat that is free, Bo behind her, and neither has the access it asks for."""
    occurrence, (first, _) = full
    wait(occurrence, amara), wait(occurrence, bo)
    MicroEvent.objects.update(access_name="circle")
    bookings.cancel(first, actor=SYSTEM)
    assert (line(occurrence), booked(occurrence)) == ([("amara", 1), ("bo", 2)], 1)
    return occurrence


def sweep(at=None) -> None:
    sweeps.run_due(at=at, names=["waitlist_access"])


def test_who_gains_the_access_while_waiting_moves_up_by_the_clock(outside, bo):
    """Within a minute, without any change of the date, and once however often it is asked."""
    sweep()
    assert states() == ["waiting", "waiting"]
    accesses.grant(bo, name="circle", cause="tier:gold", actor=SYSTEM)
    with clock.standing_at(clock.now() + timedelta(minutes=1)):
        sweep(clock.now())
        sweep(clock.now())
    assert (states(), booked(outside), broken()) == (["waiting", "promoted"], 2, {})
    assert Booking.objects.live().filter(occurrence=outside, member=bo).count() == 1


def test_an_access_that_opens_by_the_clock_is_not_missed(outside, amara):
    """A door of tomorrow opens tomorrow; one that has closed by then opens nothing."""
    tomorrow = clock.now() + timedelta(days=1)
    accesses.grant(amara, name="circle", cause="b", actor=SYSTEM, at=tomorrow)
    sweep()
    assert states() == ["waiting", "waiting"]
    with clock.standing_at(tomorrow):
        sweep(tomorrow)
    assert states() == ["promoted", "waiting"]


@pytest.mark.parametrize("barrier", ["other door", "closed", "party", "suspended", "begun"])
def test_what_else_stands_in_the_way_still_does(outside, bo, shop, barrier):
    name = "another" if barrier == "other door" else "circle"
    accesses.grant(bo, name=name, cause="b", actor=SYSTEM)
    if barrier == "closed":
        accesses.close("b", actor=SYSTEM)
    if barrier == "party":
        WaitlistPlace.objects.update(seats=2)
    if barrier == "suspended":
        partners.suspend(shop, reason="Complaints", actor=SYSTEM)
    with clock.standing_at(outside.starts_at if barrier == "begun" else clock.now()):
        sweep(clock.now())
    assert (states(), booked(outside)) == (["waiting", "waiting"], 1)


def test_all_lists_are_asked_at_once(outside, django_assert_num_queries):
    """Query budget: one question however many wait, and no lock where nobody may come."""
    with django_assert_num_queries(1):
        waitlists.let_in(clock.now(), clock.now())


def test_leaving_and_coming_back_is_the_end_of_the_line(full, amara, bo):
    """Leave and rejoin: back of the queue."""
    occurrence, _ = full
    place = wait(occurrence, amara)
    wait(occurrence, bo)
    waitlists.leave(place, actor=SYSTEM)
    waitlists.leave(place, actor=SYSTEM)
    with clock.standing_at(clock.now() + timedelta(minutes=1)):
        wait(occurrence, amara, key="again")
    assert line(occurrence) == [("bo", 1), ("amara", 2)]
    assert states() == ["left", "waiting", "waiting"]


def test_who_has_moved_up_cannot_leave_the_list_any_more(occurrence, amara):
    place = wait(occurrence, amara)
    with pytest.raises(IllegalMove):
        waitlists.leave(place, actor=SYSTEM)
    assert booked(occurrence) == 1


def test_more_seats_move_up_as_many_as_fit(full, amara, bo):
    """Raising the capacity promotes at once."""
    occurrence, _ = full
    wait(occurrence, amara, seats=2), wait(occurrence, bo)
    occurrences.change_capacity(occurrence, capacity=5, actor=SYSTEM)
    assert (line(occurrence), booked(occurrence), broken()) == ([], 5, {})


def test_who_changes_to_another_date_frees_a_seat_for_the_line(full, amara):
    occurrence, (first, _) = full
    wait(occurrence, amara)
    bookings.rebook(first, to=evening(occurrence.micro_event, days=8), key="move", actor=SYSTEM)
    assert (line(occurrence), booked(occurrence)) == ([], 2)


def test_who_waits_for_many_and_books_one_waits_no_longer(full, amara):
    """Never a seat and a place in line for one date."""
    occurrence, (first, _) = full
    wait(occurrence, amara, seats=2)
    bookings.cancel(first, actor=SYSTEM)
    bookings.book(occurrence, member=amara, key="one", actor=SYSTEM)
    assert (states(), booked(occurrence), broken()) == (["left"], 2, {})


def test_nobody_moves_up_once_it_has_begun_and_the_list_closes(full, amara):
    """UM17: event over or closed, nobody is offered."""
    occurrence, _ = full
    wait(occurrence, amara)
    begun = occurrence.starts_at
    with clock.standing_at(begun):
        occurrences.change_capacity(occurrence, capacity=9, actor=SYSTEM)
        assert line(occurrence) == [("amara", 1)]
    before = begun - timedelta(minutes=1)
    assert waitlists.close_begun(before, before) == Tally(before, 0, 0)
    assert waitlists.close_begun(before, begun) == Tally(begun, 1, 1)
    assert waitlists.close_begun(begun, begun) == Tally(begun, 0, 0)
    assert states() == ["closed"]
    assert Job.objects.filter(kind="waitlist.tell").count() == 1


def test_a_date_that_had_begun_and_is_put_off_takes_who_waits(full, amara):
    """C6: seats that were added when it had begun are theirs once it has not."""
    occurrence, _ = full
    wait(occurrence, amara)
    with clock.standing_at(occurrence.starts_at):
        occurrences.change_capacity(occurrence, capacity=3, actor=SYSTEM)
        assert line(occurrence) == [("amara", 1)]
        later = occurrence.local_on + timedelta(days=1)
        occurrences.move(occurrence, local_on=later, local_time=occurrence.local_time, actor=SYSTEM)
        assert (states(), booked(occurrence)) == (["promoted"], 3)


@pytest.mark.parametrize("whole", [False, True])
def test_calling_off_ends_the_line_and_frees_no_seat(full, drafted, amara, whole):
    occurrence, _ = full
    wait(occurrence, amara)
    if whole:
        micro_events.cancel(drafted, reason="Rain", actor=SYSTEM)
    else:
        occurrences.cancel(occurrence, reason="Rain", actor=SYSTEM)
    assert (states(), Booking.objects.live().count()) == (["closed"], 0)


def test_the_database_itself_keeps_one_place_each(full, amara):
    occurrence, _ = full
    place = wait(occurrence, amara)
    for wrong in ({"state": "promoted"}, {"state": "left"}, {"seats": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            WaitlistPlace.objects.filter(pk=place.pk).update(**wrong)


def test_a_free_seat_nobody_in_line_could_use_is_for_anybody(full, amara, bo):
    occurrence, (first, _) = full
    wait(occurrence, amara, seats=2)
    bookings.cancel(first, actor=SYSTEM)
    bookings.book(occurrence, member=bo, key="k", actor=SYSTEM)
    with pytest.raises(SoldOut):
        bookings.book(occurrence, member=crowd(3)[2], key="k", actor=SYSTEM)
    assert line(occurrence) == [("amara", 1)]


def test_two_memberships_of_one_person_wait_once(full, amara, bo):
    """What one waits for is the other's; where both wait, one place is left. And back again."""
    occurrence, (first, _) = full
    other = evening(occurrence.micro_event, days=8, capacity=1)
    bookings.book(other, member=first.member, key="o", actor=SYSTEM)
    wait(occurrence, amara), wait(occurrence, bo)
    moved = wait(other, bo, key="other")
    took = merged.hand_over(bo, amara)
    assert took == {"events_directory.waitlistplace": [moved.pk], "events_directory.booking": []}
    assert (line(occurrence), line(other)) == ([("amara", 1)], [("amara", 1)])
    merged.hand_back(bo, amara, took)
    assert line(other) == [("bo", 1)]


def test_who_gets_a_seat_by_a_merge_waits_no_longer(full, amara, bo):
    """C6: one had a seat, the other waited for one; the line moves on past them."""
    occurrence, (first, second) = full
    wait(occurrence, amara), wait(occurrence, bo)
    merged.hand_over(second.member, amara)
    bookings.cancel(first, actor=SYSTEM)
    assert (states(), booked(occurrence)) == (["left", "promoted"], 2)
    live = Booking.objects.live().filter(occurrence=occurrence).order_by("pk")
    assert list(live.values_list("member__ref", flat=True)) == ["amara", "bo"]
    assert broken() == {}


def test_the_seat_of_who_is_erased_goes_to_who_waits(full, amara):
    """C6, P19: nobody is left who could give it back; whoever waited and is erased is passed over."""
    occurrence, (first, second) = full
    wait(occurrence, amara)
    erasures.erase(first.member, actor=SYSTEM)
    while jobs.work_off():
        pass
    assert (states(), booked(occurrence)) == (["promoted"], 2)
    first.refresh_from_db()
    assert first.state == "cancelled"
    erasures.erase(amara, actor=SYSTEM)
    while jobs.work_off():
        pass
    assert booked(occurrence) == 1
    with clock.standing_at(occurrence.starts_at):
        bookings.free_erased([second.member_id])
        erasures.erase(second.member, actor=SYSTEM)
        while jobs.work_off():
            pass
    second.refresh_from_db()
    assert (second.state, broken()) == ("booked", {})


def test_a_seat_that_one_waited_for_is_theirs_when_a_merge_is_undone(full, amara, bo):
    """C6: Bo waited, moved up while they counted as one person, and was not."""
    occurrence, (first, _) = full
    place = wait(occurrence, bo)
    took = merged.hand_over(bo, amara)
    bookings.cancel(first, actor=SYSTEM)
    merged.hand_back(bo, amara, took)
    place.refresh_from_db()
    assert (place.member, place.state, place.booking.member) == (bo, "promoted", bo)
    assert broken() == {}

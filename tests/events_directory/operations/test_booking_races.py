"""Many at once, each on a connection of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from events_directory.models import Booking, MicroEvent, Occurrence, WaitlistPlace
from events_directory.operations import bookings, occurrences, partners, waitlists
from members import clock
from members.models import Job
from members.operations import accesses
from tests.conftest import SYSTEM
from tests.events_directory.conftest import broken, crowd, evening
from tests.scale import scale

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 20


def race(attempts: Sequence[Callable[[], object]], *, together: int = AT_ONCE) -> list[str]:
    """Run the attempts with at most `together` at a time; answers "ok" or the refusal's code."""

    def run(attempt: Callable[[], object]) -> str:
        try:
            attempt()
        except ValidationError as refusal:
            return refusal.code
        finally:
            connection.close()
        return "ok"

    with ThreadPoolExecutor(together) as threads:
        return list(threads.map(run, attempts))


@pytest.mark.parametrize("_round", range(scale(1, 100)))
def test_two_hundred_bookers_for_ten_seats_make_ten(occurrence, _round):
    """C4, P8: exactly ten bookings, everybody else reads that it is full."""
    answers = race(
        [
            lambda m=member: bookings.book(occurrence, member=m, key="k", actor=SYSTEM)
            for member in crowd(200)
        ]
    )
    assert (answers.count("ok"), answers.count("sold_out")) == (10, 190)
    assert Booking.objects.live().count() == 10
    assert Occurrence.objects.get(pk=occurrence.pk).booked == 10
    assert broken() == {}


def test_one_request_sent_twenty_times_is_one_booking(occurrence, amara):
    """P1: twenty equal requests, one effect, one answer."""
    seen = set()
    answers = race(
        [
            lambda: seen.add(
                bookings.book(occurrence, member=amara, seats=2, key="k", actor=SYSTEM).pk
            )
        ]
        * 20
    )
    assert answers == ["ok"] * 20
    assert len(seen) == 1
    assert Occurrence.objects.get(pk=occurrence.pk).booked == 2


def test_twenty_devices_of_one_member_make_one_booking(occurrence, amara):
    """I16: never two live bookings of a member and a date, whatever the keys."""
    answers = race(
        [
            lambda n=n: bookings.book(occurrence, member=amara, key=f"k{n}", actor=SYSTEM)
            for n in range(20)
        ]
    )
    assert (answers.count("ok"), answers.count("already_booked")) == (1, 19)
    assert broken() == {}


def test_changing_places_between_two_dates_never_deadlocks(occurrence):
    """C4: two dates are locked in the order of their ids, whichever way people move."""
    other = evening(occurrence.micro_event, days=8, capacity=10)
    guests = crowd(20)
    rows = [
        bookings.book(date, member=guest, key="k", actor=SYSTEM)
        for guest, date in zip(guests, [occurrence, other] * 10, strict=True)
    ]
    bookings.cancel(rows[0], actor=SYSTEM)
    bookings.cancel(rows[1], actor=SYSTEM)
    start = Barrier(AT_ONCE - 2)

    def swap(row: Booking) -> None:
        start.wait(timeout=30)
        to = other if row.occurrence_id == occurrence.pk else occurrence
        bookings.rebook(row, to=to, key="swap", actor=SYSTEM)

    answers = race([lambda r=row: swap(r) for row in rows[2:]], together=AT_ONCE - 2)
    assert set(answers) <= {"ok", "sold_out"}
    assert Booking.objects.live().count() == 18
    assert broken() == {}


def test_two_dates_are_locked_from_the_lower_id_up(occurrence, amara):
    """C4: who waits for the first date does not hold the second yet, whichever way they move."""
    other = evening(occurrence.micro_event, days=8)
    row = bookings.book(other, member=amara, key="k", actor=SYSTEM)
    mover = Thread(
        target=lambda: race(
            [lambda: bookings.rebook(row, to=occurrence, key="swap", actor=SYSTEM)], together=1
        )
    )
    with transaction.atomic():
        Occurrence.objects.select_for_update().get(pk=occurrence.pk)
        mover.start()
        wait_for_a_waiter()
        Occurrence.objects.select_for_update(nowait=True).get(pk=other.pk)  # free: nobody holds it
    mover.join(timeout=30)
    assert Booking.objects.live().get().occurrence == occurrence


def wait_for_a_waiter() -> None:
    """Until some other connection waits for a row; a minute at most."""
    for _ in range(6000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.01), count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[1]:
                return
    raise AssertionError("nobody waits")


def test_cancelling_the_date_leaves_no_booking_behind(occurrence):
    """Whoever books while the date is called off is cancelled with it or reads that it was."""
    members = crowd(19)
    attempts = [
        lambda m=member: bookings.book(occurrence, member=m, key="k", actor=SYSTEM)
        for member in members
    ]
    attempts.insert(5, lambda: occurrences.cancel(occurrence, reason="Rain", actor=SYSTEM))
    answers = race(attempts)
    assert set(answers) <= {"ok", "occurrence_cancelled", "sold_out"}
    assert not Booking.objects.live().exists()
    assert Occurrence.objects.get(pk=occurrence.pk).booked == 0


@pytest.mark.parametrize("_round", range(scale(2, 100)))
def test_who_books_while_the_organisation_is_suspended_is_told_or_refused(occurrence, shop, _round):
    """ADR 44: no booking slips in that nobody was told is on hold."""
    attempts = [
        lambda m=member: bookings.book(occurrence, member=m, key="k", actor=SYSTEM)
        for member in crowd(10)
    ]
    attempts.insert(4, lambda: partners.suspend(shop, reason="Complaints", actor=SYSTEM))
    answers = race(attempts, together=11)
    assert set(answers) <= {"ok", "partner_suspended"}
    jobs = Job.objects.filter(kind="booking.tell", arguments__occasion="on_hold")
    told = {pk for job in jobs for pk in job.arguments["ids"]}
    assert told == set(Booking.objects.values_list("pk", flat=True))
    assert len(told) == answers.count("ok") - 1


def test_who_waited_for_the_lock_reads_that_it_was_suspended(occurrence, shop, amara):
    """The organisation is read after the wait, not as it was before."""
    answers: list[str] = []
    attempt = Thread(
        target=lambda: answers.extend(
            race([lambda: bookings.book(occurrence, member=amara, key="k", actor=SYSTEM)])
        )
    )
    with transaction.atomic():
        partners.suspend(shop, reason="Complaints", actor=SYSTEM)
        attempt.start()
        wait_for_a_waiter()
    attempt.join(timeout=30)
    assert answers == ["partner_suspended"]
    assert not Booking.objects.exists()


@pytest.mark.parametrize("_round", range(scale(3, 100)))
def test_two_seats_become_free_three_wait_and_somebody_else_comes(occurrence, _round):
    """UM17: the first two of the line get them; nobody is skipped, nobody sits twice, the newcomer none."""
    occurrences.change_capacity(occurrence, capacity=4, actor=SYSTEM)
    members = crowd(8)
    rows = [bookings.book(occurrence, member=m, key="k", actor=SYSTEM) for m in members[:4]]
    for member in members[4:7]:
        waitlists.join(occurrence, member=member, key="w", actor=SYSTEM)
    start = Barrier(3)

    def at_once(act: Callable[[], object]) -> Callable[[], object]:
        def run() -> object:
            start.wait(timeout=30)
            return act()

        return run

    answers = race(
        [
            at_once(lambda: bookings.cancel(rows[0], actor=SYSTEM)),
            at_once(lambda: bookings.cancel(rows[1], actor=SYSTEM)),
            at_once(lambda: bookings.book(occurrence, member=members[7], key="k", actor=SYSTEM)),
        ],
        together=3,
    )
    assert answers == ["ok", "ok", "sold_out"]
    seated = Booking.objects.live().order_by("pk").values_list("member__ref", flat=True)
    assert set(seated) == {"guest-2", "guest-3", "guest-4", "guest-5"}
    assert len(seated) == 4
    assert [row.member.ref for row in WaitlistPlace.objects.in_line()] == ["guest-6"]
    assert broken() == {}


def test_the_sweep_and_a_newcomer_reach_for_one_seat(occurrence, amara):
    """C6: who gained the access while waiting, or who comes just then: one of them, and once."""
    MicroEvent.objects.update(access_name="circle")
    occurrences.change_capacity(occurrence, capacity=1, actor=SYSTEM)
    first, newcomer = crowd(2)
    for member in (amara, first, newcomer):
        accesses.grant(member, name="circle", cause=member.ref, actor=SYSTEM)
    taken = bookings.book(occurrence, member=first, key="k", actor=SYSTEM)
    waitlists.join(occurrence, member=amara, key="w", actor=SYSTEM)
    accesses.close(amara.ref, actor=SYSTEM)
    bookings.cancel(taken, actor=SYSTEM)
    accesses.grant(amara, name="circle", cause="again", actor=SYSTEM)
    now = clock.now()
    attempts = [transaction.atomic(lambda: waitlists.let_in(now, now))] * 4
    attempts.insert(2, lambda: bookings.book(occurrence, member=newcomer, key="k", actor=SYSTEM))
    answers = race(attempts, together=5)
    assert answers[:2] + answers[3:] == ["ok"] * 4
    assert Booking.objects.live().get().member == (newcomer if answers[2] == "ok" else amara)
    assert broken() == {}


def test_joining_while_a_seat_becomes_free_misses_nothing(occurrence):
    """Whoever joins as the last seat is given back has it, or stands in line for one that is taken."""
    occurrences.change_capacity(occurrence, capacity=5, actor=SYSTEM)
    members = crowd(15)
    rows = [bookings.book(occurrence, member=m, key="k", actor=SYSTEM) for m in members[:5]]
    attempts = [
        lambda m=member: waitlists.join(occurrence, member=m, key="w", actor=SYSTEM)
        for member in members[5:]
    ]
    for place, row in enumerate(rows):
        attempts.insert(2 * place, lambda r=row: bookings.cancel(r, actor=SYSTEM))
    assert race(attempts) == ["ok"] * 15
    assert Booking.objects.live().count() == 5
    assert WaitlistPlace.objects.in_line().count() == 5
    assert broken() == {}

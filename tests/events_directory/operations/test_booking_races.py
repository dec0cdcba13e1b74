"""Many at once, each on a connection of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from events_directory.models import Booking, Occurrence
from events_directory.operations import bookings, occurrences
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

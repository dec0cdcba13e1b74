"""What guests are to be told. The directory writes the job; who speaks to members does it (upstairs).

A job carries ids and an occasion, never an address: what is written to whom, on which channel and whether
at all, is decided where messages are.
"""

from collections.abc import Sequence

from events_directory.models import Booking, GuestNote, Occurrence, WaitlistPlace
from members.operations import jobs

#: How many guests one job takes.
CHUNK = 200


def tell(occasion: str, bookings: Sequence[Booking], *, mark: str = "") -> None:
    """Tell who holds these bookings of the `occasion`, once for each booking and `mark`."""
    _ask("booking.tell", occasion, [booking.pk for booking in bookings], mark)


def tell_waiting(occasion: str, places: Sequence[WaitlistPlace]) -> None:
    """Tell who held these places on a waiting list."""
    _ask("waitlist.tell", occasion, [place.pk for place in places], "")


def tell_all(occasion: str, occurrence: Occurrence, bookings: Sequence[Booking]) -> None:
    """Tell the guests of a date of its present revision."""
    tell(occasion, bookings, mark=str(occurrence.sequence))


def tell_everybody(occasion: str, occurrence: Occurrence) -> None:
    """Tell who holds seats of a locked date, and who waits for some, of its present revision."""
    tell_all(occasion, occurrence, list(occurrence.bookings.live().order_by("pk")))
    line = WaitlistPlace.objects.in_line().filter(occurrence=occurrence)
    ids = list(line.values_list("pk", flat=True))
    _ask("waitlist.tell", occasion, ids, str(occurrence.sequence))


def pass_note(note: GuestNote, ids: list[int]) -> None:
    """Give a partner's note to these guests: bookings, or places on the waiting list."""
    jobs.enqueue_all(
        (
            "guest_note.tell",
            f"guest_note.tell:{note.pk}:{chunk[0]}",
            {"note": note.pk, "ids": chunk},
        )
        for chunk in _chunks(ids)
    )


def _ask(kind: str, occasion: str, ids: list[int], mark: str) -> None:
    if ids:
        jobs.enqueue_all(
            (
                kind,
                f"{kind}:{occasion}:{chunk[0]}:{mark}",
                {"occasion": occasion, "ids": chunk, "mark": mark},
            )
            for chunk in _chunks(ids)
        )


def _chunks(ids: list[int]) -> list[list[int]]:
    return [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]

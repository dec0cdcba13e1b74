"""What becomes of seats and waiting when two members turn out to be one person, and when they do not."""

from collections.abc import Mapping, Sequence
from typing import Any

from events_directory.models import Booking, WaitlistPlace
from events_directory.operations import waitlists
from members.models import Member

BOOKINGS, PLACES = "events_directory.booking", "events_directory.waitlistplace"


def hand_over(source: Member, target: Member) -> dict[str, list[int]]:
    """Have what `source` booked and waits for be `target`'s; answers which rows moved, by model.

    First who waits: whoever moves up meanwhile has a booking by the time those are handed over.
    """
    moved = {PLACES: _places(source, target), BOOKINGS: _bookings(source, target)}
    _leave_where_seated(target)
    return moved


def hand_back(source: Member, target: Member, took: Mapping[str, Any]) -> None:
    """Have what `hand_over` moved be `source`'s again."""
    moved: Sequence[int] = took.get(
        PLACES, ()
    )  # merges of before there were waiting lists moved none
    WaitlistPlace.objects.filter(pk__in=moved, member=target).update(member=source)
    # The seat is whose the waiting was.
    Booking.objects.filter(waited__in=moved, member=target).update(member=source)
    Booking.objects.filter(pk__in=took[BOOKINGS], member=target).update(member=source)


def _places(source: Member, target: Member) -> list[int]:
    """Where both wait, or the target has a seat, the source waits no longer."""
    waiting = WaitlistPlace.objects.in_line().filter(member=source)
    for place in waiting.filter(occurrence__in=_taken_by(target)).order_by("occurrence"):
        waitlists.leave(place, actor=waitlists.BY_CLOCK)
    keys = WaitlistPlace.objects.filter(member=target).values("key")
    own = WaitlistPlace.objects.filter(member=source).exclude(key__in=keys)
    ids = list(own.order_by("pk").values_list("pk", flat=True))
    WaitlistPlace.objects.filter(pk__in=ids).update(member=target)
    return ids


def _leave_where_seated(target: Member) -> None:
    """Where the source had a seat and the target waited, the one they are now has that seat."""
    seated = Booking.objects.live().filter(member=target).values("occurrence")
    waiting = WaitlistPlace.objects.in_line().filter(member=target, occurrence__in=seated)
    for place in waiting.order_by("occurrence"):
        waitlists.leave(place, actor=waitlists.BY_CLOCK)


def _taken_by(member: Member) -> set[int]:
    waits = WaitlistPlace.objects.in_line().filter(member=member)
    sits = Booking.objects.live().filter(member=member)
    return {*waits.values_list("occurrence", flat=True), *sits.values_list("occurrence", flat=True)}


def _bookings(source: Member, target: Member) -> list[int]:
    """Where both have a live one on the same date, each stays."""
    taken = Booking.objects.live().filter(member=target).values("occurrence")
    keys = Booking.objects.filter(member=target).values("key")
    own = Booking.objects.filter(member=source).exclude(key__in=keys)
    doubled = Booking.objects.live().filter(member=source, occurrence__in=taken)
    ids = list(own.exclude(pk__in=doubled).order_by("pk").values_list("pk", flat=True))
    Booking.objects.filter(pk__in=ids).update(member=target)
    return ids

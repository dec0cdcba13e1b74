"""A partner's words to guests. Nobody's address is shown; messages decide who is reached, and how."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from events_directory.errors import (
    GuestsChanged,
    NobodyThere,
    NotesEnough,
    NotOpen,
    PartnerNotVerified,
)
from events_directory.models import Booking, GuestNote, Occurrence, WaitlistPlace
from events_directory.operations import words
from events_directory.operations.keys import made_before
from members import clock
from members.domain.actors import Actor
from members.operations import audit

#: At most so many notes to the guests of one date within a day.
MOST, WITHIN = 3, timedelta(hours=24)


def guests_of(
    occurrence: Occurrence, audience: str
) -> "QuerySet[Booking] | QuerySet[WaitlistPlace]":
    """The bookings, or places on the waiting list, of one tab."""
    if audience == GuestNote.Audience.WAITING:
        return WaitlistPlace.objects.in_line().filter(occurrence=occurrence)
    return Booking.objects.filter(occurrence=occurrence, state=audience).order_by("pk")


@transaction.atomic
def send(
    occurrence: Occurrence,
    *,
    audience: str,
    text: str,
    expected: int,
    key: str,
    actor: Actor,
    at: datetime | None = None,
) -> GuestNote:
    """Write to the guests of one tab; `expected` is how many the writer was told they are.

    The same key again returns the first note. Raises GuestsChanged when they are others in number by
    now, NobodyThere, NotesEnough after `MOST` within a day, NotOpen for an event that is not published,
    PartnerNotVerified.
    """
    at = at or clock.now()
    (occurrence,) = Occurrence.objects.locked([occurrence.pk])
    notes = GuestNote.objects.filter(occurrence=occurrence)
    known = made_before(notes, key=key, audience=audience, text=text)
    if known is not None:
        return known
    ids = list(guests_of(occurrence, audience).values_list("pk", flat=True))
    _check(occurrence, found=len(ids), expected=expected, at=at)
    note = GuestNote.objects.create(
        occurrence=occurrence,
        audience=GuestNote.Audience(audience),
        text=text,
        guests=len(ids),
        key=key,
        sent_by_id=actor.id if actor.kind == "user" else None,
        sent_at=at,
    )
    words.pass_note(note, ids)
    audit.record(
        note,
        actor=actor,
        verb="events_directory.guest_note.sent",
        after={"occurrence": occurrence.pk, "audience": audience, "guests": len(ids)},
    )
    return note


def _check(occurrence: Occurrence, *, found: int, expected: int, at: datetime) -> None:
    event = occurrence.micro_event
    if event.published_at is None:
        raise NotOpen()
    if not event.partner.is_verified:
        raise PartnerNotVerified(partner=event.partner.name)
    if not found:
        raise NobodyThere()
    if found != expected:
        raise GuestsChanged(number=found)
    if occurrence.notes.filter(sent_at__gt=at - WITHIN).count() >= MOST:
        raise NotesEnough(most=MOST)

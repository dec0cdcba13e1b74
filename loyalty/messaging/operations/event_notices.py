"""Telling guests what has become of their seats: with a calendar file in the mail, once for each occasion."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from events_directory.models import Booking, GuestNote, Occurrence, WaitlistPlace
from events_directory.operations import calendar_file
from loyalty.messaging.models import Topic
from loyalty.messaging.operations.messages import Note, tell
from members.languages import spoken
from members.models import Member
from members.operations.jobs import does

#: Subject and body of one occasion, from a seat and the words that name it.
Wording = Callable[[Booking | WaitlistPlace, dict[str, Any]], tuple[str, str]]


def _booked(seat: Booking | WaitlistPlace, words: dict[str, Any]) -> tuple[str, str]:
    body = ngettext(
        "You have a seat: %(event)s, %(when)s, %(where)s.",
        "You have %(seats)s seats: %(event)s, %(when)s, %(where)s.",
        seat.seats,
    )
    return _("Your booking: %(event)s"), f"{body} {_give_back()}"


def _promoted(seat: Booking | WaitlistPlace, words: dict[str, Any]) -> tuple[str, str]:
    body = ngettext(
        "A seat became free and it is yours: %(event)s, %(when)s, %(where)s.",
        "%(seats)s seats became free and they are yours: %(event)s, %(when)s, %(where)s.",
        seat.seats,
    )
    return _("You have moved up: %(event)s"), f"{body} {_give_back()}"


def _give_back() -> str:
    return _("If you cannot come, cancel the booking: somebody else may be waiting.")


def _moved(seat: Booking | WaitlistPlace, words: dict[str, Any]) -> tuple[str, str]:
    subject = _("New time: %(event)s")
    if isinstance(seat, WaitlistPlace):
        body = _("The date was moved. It is now %(when)s, %(where)s.")
        return subject, f"{body} {_still_in_line()}"
    body = _("The date was moved. It is now %(when)s, %(where)s. Your booking stays.")
    return subject, f"{body} {_give_back()}"


def _relocated(seat: Booking | WaitlistPlace, words: dict[str, Any]) -> tuple[str, str]:
    subject, body = _("New place: %(event)s"), _("The place is now %(where)s, on %(when)s.")
    if isinstance(seat, WaitlistPlace):
        return subject, f"{body} {_still_in_line()}"
    return subject, f"{body} {_('Your booking stays.')} {_give_back()}"


def _still_in_line() -> str:
    return _("You keep your place on the waiting list.")


def _on_hold(seat: Booking | WaitlistPlace, words: dict[str, Any]) -> tuple[str, str]:
    body = _(
        "The organiser, %(partner)s, is paused just now. Your booking stays: %(event)s, %(when)s."
    )
    return _("On hold: %(event)s"), f"{body} {_('We write to you once that is settled.')}"


def _taken_up(seat: Booking | WaitlistPlace, words: dict[str, Any]) -> tuple[str, str]:
    body = _("%(partner)s is back. Your booking stays: %(event)s, %(when)s, %(where)s.")
    return _("It takes place: %(event)s"), f"{body} {_give_back()}"


def _called_off(seat: Booking | WaitlistPlace, words: dict[str, Any]) -> tuple[str, str]:
    body = _("%(event)s, %(when)s, does not take place.")
    if words["reason"]:
        body += " " + _("The reason: %(reason)s")
    return _("Cancelled: %(event)s"), body


def _line_closed(seat: Booking | WaitlistPlace, words: dict[str, Any]) -> tuple[str, str]:
    return (
        _("No seat became free: %(event)s"),
        _("The waiting list for %(event)s, %(when)s, is closed. Thank you for waiting."),
    )


WORDINGS: dict[str, Wording] = {
    "booked": _booked,
    "promoted": _promoted,
    "moved": _moved,
    "relocated": _relocated,
    "on_hold": _on_hold,
    "taken_up": _taken_up,
    "called_off": _called_off,
    "line_closed": _line_closed,
}


@does("booking.tell")
def tell_guests(arguments: dict[str, Any]) -> None:
    """Write to who holds these bookings, unless they are out of date by now."""
    occasion, mark = arguments["occasion"], arguments["mark"]
    rows = Booking.objects.filter(pk__in=arguments["ids"]).select_related("member").with_place()
    found = [row for row in rows if _is_so(occasion, row)]
    tell(_notes(occasion, found, key=f"{occasion}:{mark}" if mark else occasion))


def _is_so(occasion: str, booking: Booking) -> bool:
    """Whether what is to be told is still true."""
    is_suspended = booking.occurrence.micro_event.partner.is_suspended
    if occasion in ("on_hold", "taken_up") and is_suspended != (occasion == "on_hold"):
        return False
    return booking.is_live == (occasion != "called_off")


@does("waitlist.tell")
def tell_waiting(arguments: dict[str, Any]) -> None:
    """Write to who waited, or waits still: who has moved up or left by now is told of that instead."""
    occasion, mark = arguments["occasion"], arguments["mark"]
    ended = occasion in ("called_off", "line_closed")
    state = WaitlistPlace.State.CLOSED if ended else WaitlistPlace.State.WAITING
    rows = WaitlistPlace.objects.filter(pk__in=arguments["ids"], state=state)
    found = list(rows.select_related("member").with_place())
    tell(_notes(occasion, found, key=f"{occasion}:waiting:{mark}" if mark else occasion))


@does("guest_note.tell")
def pass_on_note(arguments: dict[str, Any]) -> None:
    """Pass a partner's note on to these guests. It says who wrote it, and nothing of the readers."""
    note = GuestNote.objects.select_related("occurrence__micro_event__partner").get(
        pk=arguments["note"]
    )
    kind = WaitlistPlace if note.audience == GuestNote.Audience.WAITING else Booking
    rows = kind.objects.filter(pk__in=arguments["ids"]).select_related("member").order_by("pk")
    tell([_passed_on(note, row.member) for row in rows if _is_reader(row.member)])


def _passed_on(note: GuestNote, member: Member) -> Note:
    event = note.occurrence.micro_event
    with override(spoken(member.language)):
        words = {"partner": event.partner.name, "event": event.title}
        return Note(
            member.pk,
            Topic.EVENTS,
            f"guest_note:{note.pk}",
            _("%(partner)s about %(event)s") % words,
            note.text,
            f"/events/{event.pk}/",
        )


def _notes(occasion: str, seats: Iterable[Booking | WaitlistPlace], *, key: str) -> list[Note]:
    files: dict[tuple[int, str], str] = {}  # one for each date and language, not for each guest
    return [
        _note(occasion, seat, f"{key}:{seat.pk}", files)
        for seat in seats
        if _is_reader(seat.member)
    ]


def _is_reader(member: Member) -> bool:
    return member.erased_at is None and member.merged_into_id is None


def _note(
    occasion: str, seat: Booking | WaitlistPlace, key: str, files: dict[tuple[int, str], str]
) -> Note:
    occurrence, language = seat.occurrence, spoken(seat.member.language)
    with override(language):
        words = words_of(occurrence) | {"seats": seat.seats}
        words["reason"] = seat.state_reason if isinstance(seat, Booking) else ""
        subject, body = WORDINGS[occasion](seat, words)
        link, calendar = f"/events/{occurrence.micro_event_id}/", ""
        if isinstance(seat, Booking):
            link = f"/events/bookings/{seat.reference}/"
            name = occurrence.pk, language
            calendar = files[name] = files.get(name) or calendar_of(occurrence)
        return Note(
            seat.member_id,
            Topic.EVENTS,
            key,
            subject % words,
            body % words,
            link,
            occurrence.ends_at,
            calendar=calendar,
        )


def words_of(occurrence: Occurrence) -> dict[str, Any]:
    """The date in words of the active language, on the venue's clock."""
    event, venue = occurrence.micro_event, occurrence.micro_event.venue
    starts: datetime = occurrence.starts_at.astimezone(ZoneInfo(occurrence.zone))
    return {
        "event": event.title,
        "partner": event.partner.name,
        "when": formats.date_format(starts, _("D j M, H:i T")),
        "where": ", ".join(filter(None, (venue.name, venue.address, venue.city))),
    }


def calendar_of(occurrence: Occurrence) -> str:
    """The date as a calendar file. It names nobody and holds no ticket."""
    line = calendar_file.line_of(occurrence, site=settings.PUBLIC_URL)
    return calendar_file.write(settings.PROGRAMME_NAME, [line]).decode()

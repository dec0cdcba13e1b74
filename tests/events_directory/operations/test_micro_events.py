"""From draft to listing and off it again."""

from datetime import date, time, timedelta

import pytest

from events_directory.errors import (
    ForeignVenue,
    IllegalMove,
    InThePast,
    NoDate,
    OwnOrganisation,
    PartnerNotVerified,
    ReasonMissing,
    TooFarAhead,
)
from events_directory.models import Booking, MicroEvent, Occurrence
from events_directory.operations import bookings, micro_events, occurrences, partners
from members import clock
from members.domain.actors import Actor
from members.models import AuditRow
from tests.conftest import SYSTEM
from tests.events_directory.conftest import ZONE, evening

pytestmark = pytest.mark.django_db


def test_a_partner_lists_and_staff_publish(drafted, eli, fay):
    """C1: draft, in review, published; each step leaves its audit row."""
    evening(drafted)
    submitted = micro_events.submit(drafted, actor=Actor.user(eli))
    assert submitted.state == "in_review"
    published = micro_events.publish(drafted, actor=Actor.user(fay))
    assert published.state == "published"
    assert published.published_at is not None
    verbs = AuditRow.objects.filter(subject_type="events_directory.microevent").order_by("id")
    assert list(verbs.values_list("verb", "actor_name")) == [
        ("events_directory.micro_event.drafted", "Eli"),
        ("events_directory.micro_event.submitted", "Eli"),
        ("events_directory.micro_event.published", "Fay"),
    ]


def test_what_is_sent_back_names_the_reason_and_may_be_submitted_again(drafted, eli, fay):
    """C1, UP3: rejected shows the reason; edit and resubmit."""
    evening(drafted)
    micro_events.submit(drafted, actor=Actor.user(eli))
    with pytest.raises(ReasonMissing):
        micro_events.reject(drafted, reason=" ", actor=Actor.user(fay))
    rejected = micro_events.reject(drafted, reason="Say what to bring.", actor=Actor.user(fay))
    assert (rejected.state, rejected.state_reason) == ("rejected", "Say what to bring.")
    micro_events.edit(drafted, summary="Bring the lamp.", actor=Actor.user(eli))
    again = micro_events.submit(drafted, actor=Actor.user(eli))
    assert (again.state, again.state_reason) == ("in_review", "")


def test_staff_do_not_publish_for_their_own_organisation(drafted, shop, fay):
    """C1: the reviewer may not belong to the partner, superuser or not; nothing changes."""
    evening(drafted)
    micro_events.submit(drafted, actor=SYSTEM)
    seat = partners.seat(shop, user=fay, role="helper", actor=SYSTEM)
    partners.end_seat(
        seat, actor=SYSTEM
    )  # leaving does not help: they were there while it was made
    with pytest.raises(OwnOrganisation):
        micro_events.publish(drafted, actor=Actor.user(fay))
    with pytest.raises(OwnOrganisation):
        micro_events.reject(drafted, reason="No", actor=Actor.user(fay))
    drafted.refresh_from_db()
    assert drafted.state == "in_review"


def test_no_submission_without_a_date(drafted):
    with pytest.raises(NoDate):
        micro_events.submit(drafted, actor=SYSTEM)
    drafted.refresh_from_db()
    assert drafted.state == "draft"


def test_an_unverified_partner_is_not_published(drafted, shop, fay):
    evening(drafted)
    micro_events.submit(drafted, actor=SYSTEM)
    partners.suspend(shop, reason="Unpaid bills", actor=SYSTEM)
    with pytest.raises(PartnerNotVerified):
        micro_events.publish(drafted, actor=Actor.user(fay))
    assert MicroEvent.objects.get(pk=drafted.pk).published_at is None


@pytest.mark.parametrize("verb", ["publish", "edit"])
def test_steps_out_of_order_are_refused(drafted, verb):
    """The transition table is the only law: a draft is not published, a reviewed one not edited."""
    evening(drafted)
    if verb == "edit":
        micro_events.submit(drafted, actor=SYSTEM)
    before = MicroEvent.objects.values().get(pk=drafted.pk)
    with pytest.raises(IllegalMove):
        if verb == "publish":
            micro_events.publish(drafted, actor=SYSTEM)
        else:
            micro_events.edit(drafted, title="Other", actor=SYSTEM)
    assert MicroEvent.objects.values().get(pk=drafted.pk) == before


def test_the_venue_must_be_the_partners_own(drafted, other_shop):
    foreign = partners.add_venue(
        other_shop, name="Yard", address="Somewhere", zone=ZONE, actor=SYSTEM
    )
    with pytest.raises(ForeignVenue):
        micro_events.edit(drafted, venue=foreign, actor=SYSTEM)


def test_cancelling_takes_every_coming_date_and_booking_with_it(occurrence, booking):
    """C21 (narrow): the dates get a new revision, the seats are free, the bookings cancelled."""
    second = evening(occurrence.micro_event, days=9)
    micro_events.cancel(occurrence.micro_event, reason="Flooded", actor=SYSTEM)
    rows = Occurrence.objects.filter(pk__in=[occurrence.pk, second.pk]).order_by("pk")
    assert [(row.is_cancelled, row.booked, row.sequence) for row in rows] == [
        (True, 0, 1),
        (True, 0, 1),
    ]
    booking = Booking.objects.get(pk=booking.pk)
    assert (booking.state, booking.state_reason) == ("cancelled", "Flooded")


def test_moving_a_date_raises_its_revision_and_keeps_bookings(occurrence, booking):
    """Calendars: SEQUENCE grows by one when the time changes; the wall time stays the truth."""
    day = (clock.now() + timedelta(days=20)).date()
    moved = occurrences.move(occurrence, local_on=day, local_time=time(19), actor=SYSTEM)
    assert (moved.sequence, moved.local_time, moved.booked) == (1, time(19), 1)
    assert moved.starts_at.astimezone(clock.now().tzinfo) > clock.now()


def test_a_date_in_the_past_is_refused(drafted):
    with pytest.raises(InThePast):
        evening(drafted, days=-1)
    assert not drafted.occurrences.exists()


@pytest.mark.parametrize(
    ("day", "refusal"),
    [(date.min, InThePast), (date.max, TooFarAhead), (date(2999, 5, 1), TooFarAhead)],
)
def test_a_date_lies_within_what_calendars_can_hold(occurrence, day, refusal):
    """C19: no day that cannot be reckoned with, and none that fills the feed with clock changes."""
    fields = {"local_on": day, "local_time": time(23, 30), "actor": SYSTEM}
    with pytest.raises(refusal):
        occurrences.add(occurrence.micro_event, capacity=1, **fields)
    with pytest.raises(refusal):
        occurrences.move(occurrence, **fields)
    before = occurrence.starts_at
    occurrence.refresh_from_db()
    assert (occurrence.starts_at, occurrence.micro_event.occurrences.count()) == (before, 1)


def test_history_may_be_told_with_the_instant_it_happened_at(drafted, amara):
    """The demo's past: every verb takes `at`, so what was once the future can be told."""
    at = clock.now() - timedelta(days=30)
    occurrence = occurrences.add(
        drafted,
        local_on=(at + timedelta(days=5)).date(),
        local_time=time(18),
        capacity=5,
        actor=SYSTEM,
        at=at,
    )
    micro_events.submit(drafted, actor=SYSTEM, at=at)
    micro_events.publish(drafted, actor=SYSTEM, at=at)
    row = bookings.book(occurrence, member=amara, key="then", actor=SYSTEM, at=at)
    assert row.booked_at == at

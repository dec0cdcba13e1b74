"""From a partner's draft to a listing in the directory, and off it again."""

from datetime import date, datetime, time
from typing import Any

from django.db import transaction

from events_directory.domain.repeats import Repeat
from events_directory.errors import ForeignVenue, NoDate, PartnerNotVerified, ReasonMissing
from events_directory.models import MicroEvent, Occurrence, Partner, Venue
from events_directory.operations import conflicts, occurrences, repeats
from members import clock
from members.domain.actors import Actor
from members.operations import audit

EDITABLE = (
    "title",
    "summary",
    "description",
    "category",
    "neighbourhood",
    "venue",
    "access_name",
)


@transaction.atomic
def draft(
    partner: Partner,
    *,
    title: str,
    venue: Venue,
    category: str,
    actor: Actor,
    at: datetime | None = None,
    **texts: str,
) -> MicroEvent:
    """Begin a listing. `texts` are any of summary, description, neighbourhood, access_name."""
    at = at or clock.now()
    _check(partner, {"venue": venue, **texts})
    event = MicroEvent.objects.create(
        partner=partner,
        title=title,
        venue=venue,
        category=MicroEvent.Category(category),
        state_since=at,
        created_at=at,
        changed_at=at,
        **texts,
    )
    audit.record(event, actor=actor, verb="events_directory.micro_event.drafted")
    return event


@transaction.atomic
def draft_with_date(
    partner: Partner,
    *,
    local_on: date,
    local_time: time,
    capacity: int,
    minutes: int,
    actor: Actor,
    repeat: Repeat | None = None,
    at: datetime | None = None,
    **fields: Any,
) -> MicroEvent:
    """Begin a listing together with its first date, or all that a rule adds from there on: both, or
    neither when a date is refused."""
    event = draft(partner, actor=actor, at=at, **fields)
    date_of: dict[str, Any] = {"local_time": local_time, "capacity": capacity, "minutes": minutes}
    if repeat is None:
        occurrences.add(event, local_on=local_on, actor=actor, at=at, **date_of)
    else:
        repeats.add(event, repeat=repeat, first_on=local_on, actor=actor, at=at, **date_of)
    return event


@transaction.atomic
def edit(
    event: MicroEvent, *, actor: Actor, at: datetime | None = None, **fields: Any
) -> MicroEvent:
    """Change what a draft (or one that was sent back) says; only the fields of `EDITABLE`."""
    event = _locked(event)
    event.state = event.state_after("edit")
    _check(event.partner, fields)
    changed = {name: value for name, value in fields.items() if getattr(event, name) != value}
    if not changed:
        return event
    for name, value in changed.items():
        setattr(event, name, value)
    event.changed_at = at or clock.now()
    event.save(update_fields=[*changed, "changed_at"])
    if "venue" in changed:
        occurrences.follow_venue(event, at=event.changed_at)
    audit.record(
        event,
        actor=actor,
        verb="events_directory.micro_event.edited",
        after={"fields": sorted(changed)},
    )
    return event


@transaction.atomic
def submit(event: MicroEvent, *, actor: Actor, at: datetime | None = None) -> MicroEvent:
    """Ask staff to publish it. Needs a date in the future."""
    at = at or clock.now()
    event = _locked(event)
    state = event.state_after("submit")
    _needs_date(event, at)
    return _move(
        event,
        state,
        actor=actor,
        done="submitted",
        submitted_at=at,
        state_reason="",
        state_since=at,
    )


@transaction.atomic
def publish(event: MicroEvent, *, actor: Actor, at: datetime | None = None) -> MicroEvent:
    """Put it into the directory. For staff who do not belong to the partner; the partner is verified."""
    at = at or clock.now()
    event = _locked(event)
    state = event.state_after("publish")
    conflicts.refuse_own(actor, partner_id=event.partner_id, since=event.created_at)
    if not event.partner.is_verified:
        raise PartnerNotVerified(partner=event.partner.name)
    _needs_date(event, at)
    return _move(
        event, state, actor=actor, done="published", published_at=at, changed_at=at, state_since=at
    )


@transaction.atomic
def reject(event: MicroEvent, *, reason: str, actor: Actor) -> MicroEvent:
    """Send it back to the partner, with the reason; they may change it and submit again."""
    event = _locked(event)
    state = event.state_after("reject")
    conflicts.refuse_own(actor, partner_id=event.partner_id, since=event.created_at)
    if not reason.strip():
        raise ReasonMissing()
    return _move(event, state, actor=actor, done="rejected", state_reason=reason.strip())


@transaction.atomic
def cancel(
    event: MicroEvent, *, reason: str, actor: Actor, at: datetime | None = None
) -> MicroEvent:
    """Call the whole thing off: every coming date and its bookings are cancelled with it."""
    at = at or clock.now()
    event = _locked(event)
    state = event.state_after("cancel")
    coming = event.occurrences.filter(cancelled_at=None, ends_at__gt=at)
    for occurrence in Occurrence.objects.locked(coming.values_list("pk", flat=True)):
        occurrences.call_off(occurrence, reason=reason, actor=actor, at=at)
    return _move(
        event,
        state,
        actor=actor,
        done="cancelled",
        state_reason=reason.strip(),
        changed_at=at,
        state_since=at,
    )


def _locked(event: MicroEvent) -> MicroEvent:
    return (
        MicroEvent.objects.select_for_update(no_key=True, of=("self",))
        .select_related("partner", "venue")
        .get(pk=event.pk)
    )


def _move(event: MicroEvent, state: str, *, actor: Actor, done: str, **fields: Any) -> MicroEvent:
    before, event.state = event.state, state
    fields.setdefault("state_since", clock.now())
    for name, value in fields.items():
        setattr(event, name, value)
    event.save(update_fields=["state", *fields])
    audit.record(
        event,
        actor=actor,
        verb=f"events_directory.micro_event.{done}",
        before={"state": before},
        after={"state": state},
        reason=fields.get("state_reason", ""),
    )
    return event


def _needs_date(event: MicroEvent, at: datetime) -> None:
    if not event.occurrences.filter(cancelled_at=None, starts_at__gt=at).exists():
        raise NoDate()


def _check(partner: Partner, fields: dict[str, Any]) -> None:
    unknown = set(fields) - set(EDITABLE)
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
    if "venue" in fields and fields["venue"].partner_id != partner.pk:
        raise ForeignVenue()

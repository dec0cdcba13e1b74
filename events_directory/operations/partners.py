"""Partners, their people and their venues."""

import secrets
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from events_directory.errors import LastOwner, NameTaken, ReasonMissing
from events_directory.models import Partner, PartnerSeat, Venue
from events_directory.operations import conflicts, occurrences
from members import clock
from members.domain.actors import Actor
from members.domain.calendar import zone_names
from members.errors import NoSuchZone
from members.models import User
from members.operations import audit

#: Slugs that would hide a page of the console.
RESERVED = ("organisations", "tickets", "invitations")


@transaction.atomic
def register(
    name: str, *, owner: User, actor: Actor, slug: str = "", at: datetime | None = None
) -> Partner:
    """Sign an organisation up, with its first owner. Staff verify it before anything is published."""
    at = at or clock.now()
    slug = slug or slugify(name)[:50] or "partner"
    if Partner.objects.filter(name=name).exists():
        raise NameTaken(name=name)
    if slug in RESERVED or Partner.objects.filter(slug=slug).exists():
        slug = f"{slug}-{secrets.token_hex(3)}"
    try:
        with transaction.atomic():
            partner = Partner.objects.create(name=name, slug=slug, created_at=at, state_since=at)
    except IntegrityError as taken:  # by somebody who asked at the same moment
        raise NameTaken(name=name) from taken
    PartnerSeat.objects.create(partner=partner, user=owner, role=PartnerSeat.Role.OWNER, since=at)
    audit.record(partner, actor=actor, verb="events_directory.partner.registered")
    return partner


@transaction.atomic
def verify(partner: Partner, *, actor: Actor, at: datetime | None = None) -> Partner:
    """Confirm who the organisation is, or that it may go on. Not for one's own. Its dates come back, and who
    waits for them moves up."""
    at = at or clock.now()
    conflicts.refuse_own(actor, partner_id=partner.pk, since=partner.created_at)
    partner = _move(partner, "verify", actor=actor, done="verified", at=at, verified_at=at)
    occurrences.take_up(partner, actor=actor, at=at)
    return partner


@transaction.atomic
def turn_down(partner: Partner, *, reason: str, actor: Actor) -> Partner:
    """Refuse a verification, with the reason that the organisation will read."""
    return _move(partner, "turn_down", actor=actor, done="turned_down", reason=_given(reason))


@transaction.atomic
def suspend(partner: Partner, *, reason: str, actor: Actor, at: datetime | None = None) -> Partner:
    """Take the verification back: nothing of theirs is on show, booked or paid until it returns. Seats that
    are taken stay, and their holders are told."""
    at = at or clock.now()
    partner = _move(partner, "suspend", actor=actor, done="suspended", reason=_given(reason), at=at)
    occurrences.put_on_hold(partner, at=at)
    return partner


@transaction.atomic
def ask_again(partner: Partner, *, actor: Actor) -> Partner:
    """Have staff look once more, after they had turned the organisation down."""
    return _move(partner, "ask_again", actor=actor, done="asked_again")


def _given(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing()
    return reason.strip()


def _move(
    partner: Partner,
    verb: str,
    *,
    actor: Actor,
    done: str,
    reason: str = "",
    at: datetime | None = None,
    **fields: object,
) -> Partner:
    partner = Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    before = partner.state
    partner.state, partner.state_reason = partner.state_after(verb), reason
    partner.state_since = at or clock.now()
    for name, value in fields.items():
        setattr(partner, name, value)
    partner.save(update_fields=["state", "state_reason", "state_since", *fields])
    audit.record(
        partner,
        actor=actor,
        verb=f"events_directory.partner.{done}",
        before={"state": before},
        after={"state": partner.state},
        reason=reason,
    )
    return partner


@transaction.atomic
def change_plan(partner: Partner, *, plan: str, actor: Actor) -> Partner:
    """Put the organisation on another listing plan."""
    partner = Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    before, partner.plan = partner.plan, Partner.Plan(plan)
    partner.save(update_fields=["plan"])
    audit.record(
        partner,
        actor=actor,
        verb="events_directory.partner.plan_changed",
        before={"plan": before},
        after={"plan": partner.plan},
    )
    return partner


@transaction.atomic
def seat(
    partner: Partner, *, user: User, role: str, actor: Actor, at: datetime | None = None
) -> PartnerSeat:
    """Give a user a role in the organisation; an earlier role of theirs ends at the same instant."""
    at = at or clock.now()
    partner = Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    current = PartnerSeat.objects.held_now().filter(partner=partner, user=user).first()
    if current is not None:
        if current.role == role:
            return current
        _end(current, at=at)
    row = PartnerSeat.objects.create(partner=partner, user=user, role=role, since=at)
    audit.record(
        row,
        actor=actor,
        verb="events_directory.seat.taken",
        after={"partner": partner.pk, "user": user.pk, "role": role},
    )
    return row


@transaction.atomic
def end_seat(seat: PartnerSeat, *, actor: Actor, at: datetime | None = None) -> PartnerSeat:
    """Let somebody leave the organisation. The last owner cannot."""
    Partner.objects.select_for_update(no_key=True).get(pk=seat.partner_id)
    seat = PartnerSeat.objects.get(pk=seat.pk)
    if seat.ended_at is None:
        _end(seat, at=at or clock.now())
        audit.record(seat, actor=actor, verb="events_directory.seat.ended")
    return seat


def _end(seat: PartnerSeat, *, at: datetime) -> None:
    owners = PartnerSeat.objects.held_now().filter(
        partner_id=seat.partner_id, role=PartnerSeat.Role.OWNER
    )
    if seat.role == PartnerSeat.Role.OWNER and not owners.exclude(pk=seat.pk).exists():
        raise LastOwner()
    seat.ended_at = at
    seat.save(update_fields=["ended_at"])


@transaction.atomic
def add_venue(
    partner: Partner,
    *,
    name: str,
    address: str,
    zone: str,
    actor: Actor,
    city: str = "",
    latitude: Decimal | None = None,
    longitude: Decimal | None = None,
) -> Venue:
    """Add a place with the clock on its wall. Names are unique within an organisation."""
    if zone not in zone_names():
        raise NoSuchZone(zone=zone)
    Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    if partner.venues.filter(name=name).exists():
        raise NameTaken(name=name)
    venue = Venue.objects.create(
        partner=partner,
        name=name,
        address=address,
        city=city,
        zone=zone,
        latitude=latitude,
        longitude=longitude,
    )
    audit.record(venue, actor=actor, verb="events_directory.venue.added", after={"name": name})
    return venue


@transaction.atomic
def change_venue(
    venue: Venue,
    *,
    address: str,
    city: str,
    actor: Actor,
    latitude: Decimal | None,
    longitude: Decimal | None,
    at: datetime | None = None,
) -> Venue:
    """Say anew where a place is. Its name and its clock stay. Guests of coming dates are told when the
    address is another."""
    venue = Venue.objects.select_for_update(no_key=True).get(pk=venue.pk)
    said = {"address": address, "city": city, "latitude": latitude, "longitude": longitude}
    changed = {name: value for name, value in said.items() if getattr(venue, name) != value}
    if not changed:
        return venue
    for name, value in changed.items():
        setattr(venue, name, value)
    venue.save(update_fields=list(changed))
    if "address" in changed or "city" in changed:
        occurrences.follow_address(venue, at=at or clock.now())
    audit.record(
        venue,
        actor=actor,
        verb="events_directory.venue.changed",
        after={name: None if value is None else str(value) for name, value in changed.items()},
    )
    return venue

"""Inviting somebody to a seat in an organisation by a link, and taking it."""

from datetime import datetime

from django.db import transaction

from events_directory.errors import AlreadySeated, NoSuchInvitation, NotAnInvitedRole
from events_directory.models import Partner, PartnerSeat, SeatInvitation
from events_directory.operations import partners
from members import clock
from members.domain.actors import Actor
from members.models import User
from members.operations import audit

#: Owners are made of people who belong to the organisation, not by a link.
ROLES = (PartnerSeat.Role.HELPER, PartnerSeat.Role.EDITOR)


@transaction.atomic
def invite(partner: Partner, *, role: str, by: User, at: datetime | None = None) -> SeatInvitation:
    """Make a link for one person, good for a week. Raises NotAnInvitedRole."""
    if role not in ROLES:
        raise NotAnInvitedRole()
    invitation = SeatInvitation.objects.create(
        partner=partner, role=role, made_by=by, made_at=at or clock.now()
    )
    audit.record(
        invitation,
        actor=Actor.user(by),
        verb="events_directory.seat_invitation.made",
        after={"partner": partner.pk, "role": role},
    )
    return invitation


@transaction.atomic
def withdraw(
    invitation: SeatInvitation, *, actor: Actor, at: datetime | None = None
) -> SeatInvitation:
    """Let the link lead nowhere. Again, it changes nothing; raises NoSuchInvitation once it was taken."""
    invitation = SeatInvitation.objects.select_for_update(no_key=True).get(pk=invitation.pk)
    if invitation.taken_at is not None:
        raise NoSuchInvitation()
    if invitation.withdrawn_at is None:
        invitation.withdrawn_at = at or clock.now()
        invitation.save(update_fields=["withdrawn_at"])
        audit.record(invitation, actor=actor, verb="events_directory.seat_invitation.withdrawn")
    return invitation


@transaction.atomic
def accept(invitation: SeatInvitation, *, user: User, at: datetime | None = None) -> PartnerSeat:
    """Take the seat that it offers; the link is used up. Raises NoSuchInvitation, or AlreadySeated for who
    belongs to the organisation, so that nobody loses a role by a link."""
    at = at or clock.now()
    partner = Partner.objects.select_for_update(no_key=True).get(pk=invitation.partner_id)
    # Somebody may have been quicker, or an owner have withdrawn it, while we waited.
    invitation = SeatInvitation.objects.select_for_update(no_key=True).get(pk=invitation.pk)
    if not SeatInvitation.objects.open_at(at).filter(pk=invitation.pk).exists():
        raise NoSuchInvitation()
    if PartnerSeat.objects.held_now().filter(partner=partner, user=user).exists():
        raise AlreadySeated(partner=partner.name)
    actor = Actor.user(user)
    invitation.seat = partners.seat(partner, user=user, role=invitation.role, actor=actor, at=at)
    invitation.taken_at = at
    invitation.save(update_fields=["seat", "taken_at"])
    audit.record(invitation, actor=actor, verb="events_directory.seat_invitation.taken")
    return invitation.seat

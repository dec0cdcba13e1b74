"""Who may do what in the directory. Pages, API, admin and templates ask here and nowhere else.

What a partner's people may do is asked of their seat: it says who, where, and as what.
"""

from django.utils.translation import gettext as _

from events_directory.errors import OwnApplication, OwnOrganisation
from events_directory.models import (
    Booking,
    Disbursement,
    Grant,
    GrantApplication,
    MicroEvent,
    PartnerSeat,
)
from members.permissions import ALLOWED, Verdict, apart, refused

EDITORS = (PartnerSeat.Role.OWNER, PartnerSeat.Role.EDITOR)
EVERY_ROLE = (*EDITORS, PartnerSeat.Role.HELPER)


def can_edit(seat: PartnerSeat) -> Verdict:
    """Draft and change listings, see bookings, apply for grants: owners and editors."""
    return _seated(seat, EDITORS)


def can_lead(seat: PartnerSeat) -> Verdict:
    """Say who belongs to the organisation: its owners."""
    return _seated(seat, (PartnerSeat.Role.OWNER,))


def can_check_in(seat: PartnerSeat) -> Verdict:
    """Stand at the door: everybody of the organisation. Helpers do this and nothing else."""
    return _seated(seat, EVERY_ROLE)


def can_welcome(user, booking: Booking) -> Verdict:
    """Check a guest in from the staff console, for instance when the organisation is suspended; never
    themselves or their household, for coming brings points."""
    return (
        _staff(user, "add_checkin")
        and _possible(booking.allows("attend"))
        and apart(user, booking.member)
    )


def can_review(user, event: MicroEvent) -> Verdict:
    """Publish a listing or send it back: staff, for organisations that are not their own."""
    return (
        _staff(user, "review_microevent")
        and _possible(event.allows("publish"))
        and _outside(user, event.partner_id, event.created_at)
    )


def can_decide(user, application: GrantApplication) -> Verdict:
    """Approve or decline: staff who neither wrote it nor belong to the partner."""
    verdict = _staff(user, "decide_grantapplication") and _possible(application.allows("approve"))
    if verdict and user.pk in (application.author_id, application.submitted_by_id):
        return refused(str(OwnApplication.sentence))
    return verdict and _outside(user, application.partner_id, application.created_at)


def can_release(user, grant: Grant) -> Verdict:
    """Make a part of a grant payable, or revoke it."""
    application = grant.application
    return (
        _staff(user, "release_grant")
        and _possible(grant.allows("release"))
        and _outside(user, application.partner_id, application.created_at)
    )


def can_pay(user, part: Disbursement) -> Verdict:
    """Pay a released part out: staff with the finance right."""
    return _staff(user, "pay_disbursement") and _possible(part.allows("pay"))


def _seated(seat: PartnerSeat, roles) -> Verdict:
    reaches = seat.ended_at is None and seat.role in roles
    return ALLOWED if reaches else refused(_("Your role does not include this."))


def _staff(user, permission: str) -> Verdict:
    holds = user.is_staff and user.has_perm(f"events_directory.{permission}")
    return ALLOWED if holds else refused(_("This is for staff with the right to do it."))


def _possible(is_legal: bool) -> Verdict:
    return ALLOWED if is_legal else refused(_("This is not possible any more."))


def _outside(user, partner_id: int, since) -> Verdict:
    if PartnerSeat.objects.linked(user.pk, partner_id=partner_id, since=since):
        return refused(str(OwnOrganisation.sentence))
    return ALLOWED

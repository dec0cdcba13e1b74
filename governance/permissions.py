"""Who may do what at the committee desk. Each answers with a verdict and its reason."""

from django.utils.translation import gettext as _

from governance.models import Assignment, Case, Committee, Criteria, Seat
from governance.operations import cases
from members import clock
from members.permissions import ALLOWED, Verdict, held, refused


def assignment_of(user, case: Case) -> Assignment | None:
    """By which seat the user judges this case now; None when they do not."""
    return (
        Assignment.objects.on_desk_of(user)
        .filter(case=case)
        .select_related("seat", "ballot", "reading")
        .first()
    )


def can_enter_desk(user) -> Verdict:
    """The desk is for people who sit on a committee, or have."""
    if user.is_authenticated and Seat.objects.of(user).exists():
        return ALLOWED
    return refused(_("You do not sit on a committee."))


def can_read_case(user, case: Case) -> Verdict:
    """Judges read their own cases, until they step back or leave."""
    return ALLOWED if assignment_of(user, case) else refused(_("This case is not assigned to you."))


def can_cast(user, case: Case) -> Verdict:
    """Once, while the case is open."""
    assignment = assignment_of(user, case)
    if assignment is None:
        return refused(_("This case is not assigned to you."))
    if not case.is_open:
        return refused(_("This case is closed."))
    if hasattr(assignment, "ballot"):
        return refused(_("Your ballot on this case is cast, and a ballot is final."))
    return ALLOWED


def can_recuse(user, case: Case) -> Verdict:
    """A judge may step back until the case is closed, also after voting."""
    if assignment_of(user, case) is None:
        return refused(_("This case is not assigned to you."))
    return ALLOWED if case.is_open else refused(_("This case is closed."))


def can_read_ballots(user, case: Case) -> Verdict:
    """Nobody reads what others said before the case is closed; after that, its judges do."""
    if assignment_of(user, case) is None:
        return refused(_("This case is not assigned to you."))
    return refused(_("Ballots open when the case is closed.")) if case.is_open else ALLOWED


def can_close(user, case: Case) -> Verdict:
    """Whoever presides, while the case is open."""
    if not case.is_open:
        return refused(_("This case is closed."))
    assignment, seat = assignment_of(user, case), cases.presiding(case)
    if assignment is None or assignment.seat != seat:
        return refused(_("Only the chair closes a case."))
    return ALLOWED


def can_void(user, case: Case) -> Verdict:
    """Staff end a case that can never reach its quorum."""
    if not case.is_open:
        return refused(_("This case is closed."))
    return held(user, "governance.void_case")


def can_seat(user, committee: Committee | None = None) -> Verdict:
    """Staff with the permission seat people."""
    return held(user, "governance.seat_committee")


def can_end_seat(user, seat: Seat) -> Verdict:
    """Staff who seat people also end seats."""
    if not seat.is_held(clock.now()):
        return refused(_("This seat has ended."))
    return held(user, "governance.seat_committee")


def can_publish_criteria(user, criteria: Criteria | None = None) -> Verdict:
    """Staff with the permission publish criteria."""
    return held(user, "governance.publish_criteria")

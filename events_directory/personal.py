"""What the directory keeps about people."""

from events_directory.models import (
    Approval,
    Booking,
    CheckIn,
    Disbursement,
    GrantApplication,
    GuestNote,
    PartnerSeat,
    SeatInvitation,
    WaitlistPlace,
)
from members.models import User
from members.operations import jobs
from members.operations.holdings import ALSO, KEEPS_SIGN_IN, Person, excuse, holds

holds(Booking, "member", blank={"state_reason": ""})
holds(CheckIn, "booking__member", hides=("scanned_by", "nonce"))
holds(PartnerSeat, by_user=("user",))
holds(WaitlistPlace, "member", goes=True)

excuse(CheckIn, "scanned_by", why="The work of whoever stood at the door.")
excuse(SeatInvitation, "made_by", why="The organisation's word about its people.")
excuse(GuestNote, "sent_by", why="It is the organisation's.")
excuse(GrantApplication, "author", "submitted_by", why="It is the organisation's.")
excuse(Approval, "user", why="The work of staff.")
excuse(Disbursement, "released_by", why="The work of staff.")


def free_seats(person: Person) -> None:
    """Their seats are for others. Done afterwards: dates are locked before anything of a member's."""
    jobs.enqueue(
        "seats.free",
        key=f"seats.free:{person.member.pk}",
        arguments={"members": [each.pk for each in person.members]},
    )


ALSO.append(free_seats)


def speaks_for_a_partner(user: User) -> bool:
    """A partner's person keeps their sign-in."""
    return PartnerSeat.objects.held_now().filter(user=user).exists()


KEEPS_SIGN_IN.append(speaks_for_a_partner)

from events_directory.models.bookings import Booking, CheckIn
from events_directory.models.grants import Approval, Disbursement, Grant, GrantApplication
from events_directory.models.guest_notes import GuestNote
from events_directory.models.micro_events import MicroEvent, Occurrence, Repetition
from events_directory.models.partners import Partner, PartnerSeat, SeatInvitation, Venue
from events_directory.models.pools import Pool, PoolAccount, PoolEntry
from events_directory.models.waitlists import WaitlistPlace

__all__ = [
    "Approval",
    "Booking",
    "CheckIn",
    "Disbursement",
    "Grant",
    "GrantApplication",
    "GuestNote",
    "MicroEvent",
    "Occurrence",
    "Partner",
    "PartnerSeat",
    "Pool",
    "PoolAccount",
    "PoolEntry",
    "Repetition",
    "SeatInvitation",
    "Venue",
    "WaitlistPlace",
]

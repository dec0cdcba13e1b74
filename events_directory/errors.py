"""Why the directory says no. The codes are stable; the sentences are what people read."""

from django.utils.translation import gettext_lazy as _

from members.errors import Refused


class IllegalMove(Refused):
    code = "illegal_move"
    sentence = _("This is not possible any more: it is %(state)s.")


class KeyReused(Refused):
    code = "key_reused"
    sentence = _("This key was used before for something else.")


class ReasonMissing(Refused):
    code = "reason_missing"
    sentence = _("Please give a reason.")


class OwnOrganisation(Refused):
    code = "own_organisation"
    sentence = _("You belong to this organisation, so somebody else has to decide.")


class NotAPerson(Refused):
    code = "not_a_person"
    sentence = _("Only a person can decide this.")


# --- Partners --------------------------------------------------------------------------------------


class PartnerNotVerified(Refused):
    code = "partner_not_verified"
    sentence = _("%(partner)s is not verified yet.")


class NameTaken(Refused):
    code = "name_taken"
    sentence = _("There is already one named %(name)s.")


class LastOwner(Refused):
    code = "last_owner"
    sentence = _("An organisation needs an owner; name another one first.")


class NoSuchInvitation(Refused):
    code = "no_such_invitation"
    sentence = _("This invitation is not good any more. Ask for another one.")


class AlreadySeated(Refused):
    code = "already_seated"
    sentence = _("You belong to %(partner)s already.")


class NotAnInvitedRole(Refused):
    code = "not_an_invited_role"
    sentence = _("Nobody is invited to that role.")


class ForeignVenue(Refused):
    code = "foreign_venue"
    sentence = _("This venue belongs to another organisation.")


# --- Micro-events and their dates ------------------------------------------------------------------


class NoDate(Refused):
    code = "no_date"
    sentence = _("The event needs at least one date in the future.")


class InThePast(Refused):
    code = "in_the_past"
    sentence = _("This date has passed.")


class TooFarAhead(Refused):
    code = "too_far_ahead"
    sentence = _("This date is too far ahead.")


class TooManyDates(Refused):
    code = "too_many_dates"
    sentence = _("These are more than %(most)s dates; end it earlier.")


class BelowTaken(Refused):
    code = "below_taken"
    sentence = _("%(taken)s seats are taken already.")


# --- Bookings --------------------------------------------------------------------------------------


class NotOpen(Refused):
    code = "not_open"
    sentence = _("This event is not open for booking.")


class PartnerSuspended(Refused):
    code = "partner_suspended"
    sentence = _("The organiser is paused just now: nobody can book until that is settled.")


class OccurrenceCancelled(Refused):
    code = "occurrence_cancelled"
    sentence = _("This date was cancelled.")


class Started(Refused):
    code = "started"
    sentence = _("It has begun already.")


class SoldOut(Refused):
    code = "sold_out"
    sentence = _("There are not enough seats for so many. Free now: %(free)s.")


class PartyTooLarge(Refused):
    code = "party_too_large"
    sentence = _("One booking is for 1 to %(largest)s people.")


class AlreadyBooked(Refused):
    code = "already_booked"
    sentence = _("You have a booking for this date already.")


class AlreadyWaiting(Refused):
    code = "already_waiting"
    sentence = _("You are on the waiting list for this date already.")


class MoreThanThereAre(Refused):
    code = "more_than_there_are"
    sentence = _("There are not so many seats. In all: %(capacity)s.")


class AccessNeeded(Refused):
    code = "access_needed"
    sentence = _("This event is for a circle of members that you have not joined yet.")


class NobodyThere(Refused):
    code = "nobody_there"
    sentence = _("Nobody is there to read it.")


class GuestsChanged(Refused):
    code = "guests_changed"
    sentence = _(
        "Their number has changed meanwhile: it is %(number)s now. Send it again if you like."
    )


class NotesEnough(Refused):
    code = "notes_enough"
    sentence = _(
        "Guests get at most %(most)s notes for each date in a day. Write again tomorrow, or say it at the "
        "door."
    )


class NotOver(Refused):
    code = "not_over"
    sentence = _("The list can be closed once it is over.")


# --- Grants ----------------------------------------------------------------------------------------


class PoolClosed(Refused):
    code = "pool_closed"
    sentence = _("This pool does not take applications now.")


class PoolShort(Refused):
    code = "pool_short"
    sentence = _("The pool does not hold enough: %(left)s %(currency)s are left.")


class AmountNotPositive(Refused):
    code = "amount_not_positive"
    sentence = _("The amount must be more than nothing.")


class Unfinished(Refused):
    code = "unfinished"
    sentence = _("Please answer every question before you submit.")


class OwnApplication(Refused):
    code = "own_application"
    sentence = _("You wrote or submitted this application, so somebody else has to decide.")


class ApprovedAlready(Refused):
    code = "approved_already"
    sentence = _("You have approved this already; it needs a second person.")


class MoreThanAwarded(Refused):
    code = "more_than_awarded"
    sentence = _("Only %(left)s %(currency)s of this grant are left to release.")


class SameHands(Refused):
    code = "same_hands"
    sentence = _("Who released this payment cannot pay it out as well.")

"""Why a redemption says no."""

from django.utils.translation import gettext_lazy as _

from members.errors import Refused


class NotOnOffer(Refused):
    code = "not_on_offer"
    sentence = _("This reward is not on offer.")


class NotYet(Refused):
    code = "not_yet"
    sentence = _("This is on offer from %(day)s.")


class TierNeeded(Refused):
    code = "tier_needed"
    sentence = _("This is for members from %(tier)s on.")


class BadgeNeeded(Refused):
    code = "badge_needed"
    sentence = _("This is for holders of the badge “%(badge)s”.")


class SegmentNeeded(Refused):
    code = "segment_needed"
    sentence = _("What is missing for this: %(missing)s.")


class OneAtATime(Refused):
    code = "one_at_a_time"
    sentence = _("This can be had once at a time.")


class OutOfStock(Refused):
    code = "out_of_stock"
    sentence = _("Only %(left)s left.")


class NoneLeft(OutOfStock):
    sentence = _("There are none left.")


class LimitReached(Refused):
    code = "limit_reached"
    sentence = _("Each member can have %(limit)s of these.")


class TooLate(Refused):
    code = "too_late"
    sentence = _("This can no longer be undone.")


class IllegalMove(Refused):
    code = "illegal_move"
    sentence = _("A redemption that is %(before)s cannot become %(after)s.")


class AlreadyUsed(Refused):
    code = "already_used"
    sentence = _("It has been used already.")


class SeatTaken(Refused):
    code = "seat_taken"
    sentence = _("You have booked a seat with this. Cancel the booking first.")


class CouponStillOut(Refused):
    code = "coupon_out"
    sentence = _("It is handed over by using its coupon.")


class UnknownCoupon(Refused):
    code = "unknown_coupon"
    sentence = _("There is no such code, or it is not for you to take.")


class TooManyGuesses(Refused):
    code = "too_many_guesses"
    sentence = _("Too many unknown codes. Try again in a quarter of an hour.")


class CouponUsed(Refused):
    code = "coupon_used"
    sentence = _("This coupon was used before.")


class CouponExpired(Refused):
    code = "coupon_expired"
    sentence = _("This coupon is no longer good.")


class CouponVoid(Refused):
    code = "coupon_void"
    sentence = _("This coupon was given back.")


class NoPool(Refused):
    code = "no_pool"
    sentence = _("This reward takes no codes from a file.")


class FaultyFile(Refused):
    code = "faulty_file"
    sentence = _("Nothing was imported. %(faults)s")


class Misfit(Refused):
    code = "misfit"

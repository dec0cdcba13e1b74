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


class InReview(Refused):
    code = "in_review"
    sentence = _("We are looking at this one. Its points are set aside until then.")


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


class FundIllegalMove(Refused):
    code = "illegal_move"
    sentence = _("A fund that is %(before)s cannot become %(after)s.")


class FundClosed(Refused):
    code = "fund_closed"
    sentence = _("This fund is closed, or its time is over.")


class NotPrepaid(Refused):
    code = "not_prepaid"
    sentence = _("This fund is paid by a monthly bill; packs are for funds that are paid before.")


class FundTaken(Refused):
    code = "fund_taken"
    sentence = _("There is already another fund at the address %(slug)s.")


class PackTooSmall(Refused):
    code = "pack_too_small"
    sentence = _("A pack has between 1 and 1,000,000,000 points.")


class PackKeyReused(Refused):
    code = "key_reused"
    sentence = _("This key was used before for another pack.")


class ReferenceMissing(Refused):
    code = "reference_missing"
    sentence = _("Say which invoice this is for.")

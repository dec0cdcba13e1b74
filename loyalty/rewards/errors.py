"""Why a redemption says no."""

from django.utils.translation import gettext_lazy as _

from members.errors import Refused


class NotOnOffer(Refused):
    code = "not_on_offer"
    sentence = _("This reward is not on offer.")


class OutOfStock(Refused):
    code = "out_of_stock"
    sentence = _("There are only %(left)s left.")


class LimitReached(Refused):
    code = "limit_reached"
    sentence = _("Each member can have %(limit)s of these.")


class TooLate(Refused):
    code = "too_late"
    sentence = _("This can no longer be undone.")


class IllegalMove(Refused):
    code = "illegal_move"
    sentence = _("A redemption that is %(before)s cannot become %(after)s.")

"""Why a measurement says no."""

from django.utils.translation import gettext_lazy as _

from members.errors import Refused


class RateOutOfOrder(Refused):
    code = "rate_out_of_order"
    sentence = _(
        "There is a rate from %(day)s already. Correct that one, or begin later: what was reported"
        " before stays as it was."
    )


class TooLong(Refused):
    code = "view_too_long"
    sentence = _("These are more filters than an address can carry. Take some away.")

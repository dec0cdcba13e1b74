"""Why a segment's operation says no."""

from django.utils.translation import gettext_lazy as _

from members.errors import Refused


class BadCondition(Refused):
    code = "bad_condition"
    sentence = _("The condition has a fault at %(pointer)s: %(why)s.")


class IllegalMove(Refused):
    code = "illegal_move"
    sentence = _("A segment that is %(before)s cannot become %(after)s.")


class SegmentIsArchived(Refused):
    code = "segment_is_archived"
    sentence = _("An archived segment stays as it is. Activate it first.")


class NoCondition(Refused):
    code = "no_condition"
    sentence = _("Write whom it describes first.")

"""Why a campaign operation says no."""

from django.utils.translation import gettext_lazy as _

from members.errors import Refused


class IllegalMove(Refused):
    code = "illegal_move"
    sentence = _("A campaign that is %(before)s cannot become %(after)s.")


class RuleIsFixed(Refused):
    code = "rule_is_fixed"
    sentence = _("While it is in review, and once it has ended, its rule stays as it is.")


class SecondPersonNeeded(Refused):
    code = "second_person_needed"
    sentence = _("Somebody other than the author has to publish this.")


class BadRule(Refused):
    code = "bad_rule"
    sentence = _("The rule has a fault at %(pointer)s: %(why)s.")


class NothingToPublish(Refused):
    code = "nothing_to_publish"
    sentence = _("There is no draft to publish.")


class TooManyCodes(Refused):
    code = "too_many_codes"
    sentence = _("That were too many wrong codes. Try again in an hour.")

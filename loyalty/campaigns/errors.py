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


class AlreadyOver(Refused):
    code = "already_over"
    sentence = _("It has ended; there is nothing to try any more.")


class NothingToPublish(Refused):
    code = "nothing_to_publish"
    sentence = _("There is no draft to publish.")


class NothingToTry(Refused):
    code = "nothing_to_try"
    sentence = _("There is no rule to try yet.")


class BadPeriod(Refused):
    code = "bad_period"
    sentence = _("A back-test looks at a time that is over, at most %(months)s months of it.")


class GuardRails(Refused):
    code = "guard_rails"
    sentence = _("It cannot be published like this. %(reasons)s")


class WarningsNotConfirmed(Refused):
    code = "warnings_not_confirmed"
    sentence = _("Confirm that you have read this, or mend it. %(reasons)s")


class TooManyCodes(Refused):
    code = "too_many_codes"
    sentence = _("That were too many wrong codes. Try again in an hour.")


class IllegalReferralMove(Refused):
    code = "illegal_move"
    sentence = _("A referral that is %(before)s cannot become %(after)s.")


class NoReferralForOneself(Refused):
    code = "no_referral_for_oneself"
    sentence = _("Nobody decides about a referral that they are a side of.")


class NoReviewForOneself(Refused):
    code = "no_review_for_oneself"
    sentence = _("Nobody decides about what they did themselves.")


class OverMeanwhile(Refused):
    code = "over_meanwhile"
    sentence = _("This was cancelled meanwhile.")


class UnknownSubject(Refused):
    code = "unknown_subject"
    sentence = _("There is nothing named %(name)s to look at.")


class TooManyInvites(Refused):
    code = "too_many_invites"
    sentence = _("%(most)s invites are on their way. Take one back before you send another.")


class NotMoved(Refused):
    code = "campaign_not_moved"
    sentence = _("It cannot be moved. %(why)s")


class MovedMeanwhile(Refused):
    code = "campaign_moved_meanwhile"
    sentence = _("Somebody moved it meanwhile. Look at its days again before you move it.")


class EndsBeforeItStarts(Refused):
    code = "campaign_ends_before_it_starts"
    sentence = _("It would end before it starts.")

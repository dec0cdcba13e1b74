"""What recognition refuses, and the sentence for each."""

from django.utils.translation import gettext_lazy as _

from members.errors import Refused


class StepNotAllowed(Refused):
    code = "step_not_allowed"
    sentence = _("This cannot go from “%(state)s” to “%(target)s”.")


class BadgeNotActive(Refused):
    code = "badge_not_active"
    sentence = _("The badge “%(badge)s” is not active, so nobody can win it.")


class CriteriaFrozen(Refused):
    code = "criteria_frozen"
    sentence = _("What a badge is won for stands still once it is active.")


class ReasonMissing(Refused):
    code = "reason_missing"
    sentence = _("Say why.")


class OwnHands(Refused):
    code = "own_hands"
    sentence = _("Somebody else must give you a badge.")


class NotYours(Refused):
    code = "not_yours"
    sentence = _("This belongs to somebody else.")


class TimeOver(Refused):
    code = "time_over"
    sentence = _("The time of this badge is over.")


class DatesMissing(Refused):
    code = "dates_missing"
    sentence = _("A board with its own dates needs both of them.")


class DatesReversed(Refused):
    code = "dates_reversed"
    sentence = _("Nominations must end after they begin.")


class BadgeWonOnce(Refused):
    code = "badge_won_once"
    sentence = _("A cycle needs a badge that can be won again.")


class CycleNotDraft(Refused):
    code = "cycle_not_draft"
    sentence = _("The rules of a cycle stand still once it is open.")


class NoNominationsNow(Refused):
    code = "no_nominations_now"
    sentence = _("Nominations are not being taken now.")


class NotYourself(Refused):
    code = "self_nomination"
    sentence = _("In this cycle nobody nominates themselves.")


class NominatedAlready(Refused):
    code = "nominated_already"
    sentence = _("You have nominated this person already.")


class NoNominationsLeft(Refused):
    code = "no_nominations_left"
    sentence = _("You have used all %(limit)s nominations of this cycle.")


class Declined(Refused):
    code = "nominee_declined"
    sentence = _("They were asked, and would rather not be nominated this time.")


class NotNominated(Refused):
    code = "not_nominated"
    sentence = _("There is nothing here to decline.")


class StatementMissing(Refused):
    code = "statement_missing"
    sentence = _("Say in a sentence or two why.")


class TakenBack(Refused):
    code = "taken_back"
    sentence = _("This nomination was taken back already.")


class NotJudging(Refused):
    code = "not_judging"
    sentence = _("This cycle is not with the committee.")


class CasesOpen(Refused):
    code = "cases_open"
    sentence = _("The committee has not decided about everybody yet: %(open)s to go.")


class CitationMissing(Refused):
    code = "citation_missing"
    sentence = _("Write the words that will be published.")

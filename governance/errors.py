"""What governance refuses, and the sentence for each."""

from django.utils.translation import gettext_lazy as _

from members.errors import Refused


class CriteriaEmpty(Refused):
    code = "criteria_empty"
    sentence = _("Name at least one criterion, each with a key.")


class CriteriaRepeated(Refused):
    code = "criteria_repeated"
    sentence = _("Each criterion needs a key of its own.")


class CriteriaWeights(Refused):
    code = "criteria_weights"
    sentence = _("The weights must be positive and sum to 100.")


class CriteriaMarks(Refused):
    code = "criteria_marks"
    sentence = _("Examples go with the marks 1 to 5.")


class ChairTaken(Refused):
    code = "chair_taken"
    sentence = _("This committee has a chair already.")


class AlreadySeated(Refused):
    code = "already_seated"
    sentence = _("This person sits on the committee already.")


class SeatEnded(Refused):
    code = "seat_ended"
    sentence = _("This seat has ended.")


class NobodySits(Refused):
    code = "nobody_sits"
    sentence = _("Nobody sits on this committee yet.")


class NotAssigned(Refused):
    code = "not_assigned"
    sentence = _("This case is not assigned to you.")


class CaseClosed(Refused):
    code = "case_closed"
    sentence = _("This case is closed.")


class AlreadyRecused(Refused):
    code = "recused"
    sentence = _("You have stepped back from this case.")


class Conflicted(Refused):
    code = "conflicted"
    sentence = _("Somebody with an interest in a case cannot judge it.")


class AlreadyVoted(Refused):
    code = "already_voted"
    sentence = _("Your ballot on this case is cast, and a ballot is final.")


class ScoresIncomplete(Refused):
    code = "scores_incomplete"
    sentence = _("Give each criterion a score from 1 to 5, or say that it does not apply.")


class CommentMissing(Refused):
    code = "comment_missing"
    sentence = _("Say why where you give the lowest or the highest mark: %(criteria)s.")


class NoQuorum(Refused):
    code = "no_quorum"
    sentence = _("%(present)s of the %(needed)s ballots needed are there, so nothing is decided.")


class NotPresiding(Refused):
    code = "not_presiding"
    sentence = _(
        "Only the chair closes a case, or the longest-serving judge when the chair stepped back."
    )

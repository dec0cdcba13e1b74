"""What judges say: stepping back, voting, and a ballot that no longer counts. All append-only.

Each hangs on the assignment, one to one: nobody votes who is not assigned, and nobody votes or steps
back twice. Trigger `judge_ballot` refuses the ballot of a recused, conflicted or departed judge and any
ballot on a closed case, whoever inserts it.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from governance.domain import tally
from governance.models.cases import Assignment, Reason


class Recusal(models.Model):
    """That a judge does not judge this case. From now on it does not exist for them."""

    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="recusal")
    reason = models.CharField(_("reason"), max_length=12, choices=Reason.choices)
    is_declared = models.BooleanField(_("declared by the judge"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("recusal")
        verbose_name_plural = _("recusals")


class BallotQuerySet(models.QuerySet["Ballot"]):
    """Questions over ballots."""

    def standing(self) -> "BallotQuerySet":
        """Ballots that count: not void, and the judge has not stepped back since."""
        return self.filter(void=None, assignment__recusal=None)


class Ballot(models.Model):
    """One judge's vote and scores, for ever. `scores` maps a criterion's key to 1-5 or null, `comments`
    to what the judge said about it."""

    class Vote(models.TextChoices):
        YES = tally.Vote.YES, _("yes")
        NO = tally.Vote.NO, _("no")
        ABSTAIN = tally.Vote.ABSTAIN, _("abstain")

    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="ballot")
    vote = models.CharField(_("vote"), max_length=8, choices=Vote.choices)
    scores = models.JSONField(_("scores"), default=dict)
    comments = models.JSONField(_("comments"), default=dict)
    cast_at = models.DateTimeField(_("cast at"))

    objects = BallotQuerySet.as_manager()

    class Meta:
        verbose_name = _("ballot")
        verbose_name_plural = _("ballots")

    @property
    def paper(self) -> tally.Paper:
        """The ballot as it is counted."""
        return tally.Paper(tally.Vote(self.vote), self.scores)


class BallotVoid(models.Model):
    """That a ballot does not count any more, and why."""

    ballot = models.OneToOneField(Ballot, on_delete=models.PROTECT, related_name="void")
    reason = models.CharField(_("reason"), max_length=12, choices=Reason.choices)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("void ballot")
        verbose_name_plural = _("void ballots")

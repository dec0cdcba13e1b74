"""What a judge has on their desk before they vote: that they opened a case, and a ballot begun."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from governance.models.ballots import Ballot
from governance.models.cases import Assignment


class Reading(models.Model):
    """That a judge has opened a case. Append-only; the first time counts."""

    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="reading")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("reading of a case")
        verbose_name_plural = _("readings of cases")


class BallotDraft(models.Model):
    """Marks and words for a ballot that is not cast. It counts nowhere and only its judge sees it; it
    goes when the ballot is cast, the judge steps back or leaves, or the case is closed.

    `scores` and `comments` are those of a ballot, as far as they go. `version` grows with each change, so
    that two windows never overwrite each other unasked.
    """

    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="draft")
    vote = models.CharField(_("vote"), max_length=8, choices=Ballot.Vote.choices, blank=True)
    scores = models.JSONField(_("scores"), default=dict)
    comments = models.JSONField(_("comments"), default=dict)
    version = models.PositiveIntegerField(_("version"))
    saved_at = models.DateTimeField(_("saved at"))

    class Meta:
        verbose_name = _("draft of a ballot")
        verbose_name_plural = _("drafts of ballots")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(version__gte=1), name="ballot_draft_version_positive"
            )
        ]

"""Telling members that somebody nominated them, so that they can say no."""

from datetime import datetime

from django.conf import settings
from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _
from django.utils.translation import override

from loyalty.messaging.models import Topic
from loyalty.messaging.operations.messages import Note, tell
from members.models import Decision
from members.operations import decisions
from members.operations.sweeps import Tally
from recognition.models import Candidate, NominationCycle

KIND = "nomination_notice"
BATCH = 1_000


def nomination_notices(since: datetime, until: datetime) -> Tally:
    """Tell every candidate of a cycle that still takes nominations, once for each cycle. Who nominated them
    stays with the committee's rules: nobody is named."""
    told = Decision.objects.filter(
        member=OuterRef("member"),
        kind=KIND,
        occurrence=Concat(Value("candidate:"), Cast(OuterRef("pk"), CharField())),
    )
    due = (
        Candidate.objects.standing()
        .filter(
            ~Exists(told),
            cycle__state=NominationCycle.State.OPEN,
            cycle__closes_at__gt=until,
            member__erased_at=None,
            member__merged_into=None,
        )
        .select_related("member", "cycle")
        .order_by("pk")[:BATCH]
    )
    found = list(due)
    decisions.remember(KIND, [(each.member_id, f"candidate:{each.pk}", "told") for each in found])
    tell([_note(each) for each in found])
    more = len(found) == BATCH
    return Tally(since if more else until, len(found), len(found), more=more)


def _note(candidate: Candidate) -> Note:
    language = candidate.member.language
    with override(language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE):
        words = {"cycle": candidate.cycle.title}
        return Note(
            candidate.member_id,
            Topic.RECOGNITION,
            f"candidate:{candidate.pk}",
            _("Somebody nominated you: %(cycle)s") % words,
            _(
                "Somebody thinks that you deserve to be chosen: %(cycle)s. You need not do anything. "
                "If you would rather not, say so before nominations end."
            )
            % words,
            f"/nominations/{candidate.cycle.slug}/",
            candidate.cycle.closes_at,
        )

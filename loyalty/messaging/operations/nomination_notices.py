"""Telling members that somebody nominated them, so that they can say no."""

from datetime import datetime

from django.db.models import CharField, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _
from django.utils.translation import override

from loyalty.messaging.models import Message, Topic
from loyalty.messaging.operations.messages import Note, tell
from members.languages import spoken
from members.models import Decision
from members.operations import decisions
from members.operations.sweeps import Tally
from recognition.models import Candidate, Nomination, NominationCycle

Channel, State = Message.Channel, Message.State
KIND = "nomination_notice"
#: Why such a message was dropped.
TAKEN_BACK = "nomination taken back"
BATCH = 1_000


def nomination_notices(since: datetime, until: datetime) -> Tally:
    """Tell every candidate of a cycle that still takes nominations, once for each cycle. Who nominated them
    stays with the committee's rules: nobody is named. With the last nomination the word is taken back."""
    _take_back()
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


def _take_back() -> None:
    """No inbox says that its member was nominated after every nomination was taken back; a mail that has not
    left stays here. Should somebody nominate them again, the same word stands there anew."""
    candidates = Candidate.objects.filter(
        cycle__state=NominationCycle.State.OPEN, declined_at=None
    ).annotate(key=Concat(Value("candidate:"), Cast("pk", CharField())))
    keys = candidates.values("key")
    standing = candidates.filter(Exists(Nomination.objects.live().filter(candidate=OuterRef("pk"))))
    told = Message.objects.filter(
        member__in=candidates.values("member"), topic=Topic.RECOGNITION, dedupe_key__in=keys
    )
    gone = told.exclude(dedupe_key__in=standing.values("key"))
    gone.filter(
        Q(channel=Channel.INBOX, state=State.SENT) | Q(channel=Channel.EMAIL, state=State.WAITING)
    ).update(state=State.DROPPED, state_reason=TAKEN_BACK)
    told.filter(
        dedupe_key__in=standing.values("key"),
        channel=Channel.INBOX,
        state=State.DROPPED,
        state_reason=TAKEN_BACK,
    ).update(state=State.SENT, state_reason="", read_at=None)


def _note(candidate: Candidate) -> Note:
    with override(spoken(candidate.member.language)):
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

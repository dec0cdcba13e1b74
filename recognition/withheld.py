"""Whom a blind round is about stays unknown to its judges in the console as well, while it runs (ADR 49)."""

from typing import Any

from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from members.models import AuditRow, Decision
from members.withheld import withhold
from recognition.models import Candidate, Nomination, NominationCycle, NominationDraft


def candidates_kept_from(user: Any) -> QuerySet[Candidate]:
    """Those of running blind cycles whose committee this user sits on."""
    return Candidate.objects.filter(cycle__in=NominationCycle.objects.judged_blindly_by(user))


def keys_kept_from(user: Any) -> QuerySet:
    """The same, as what is told to candidates names them."""
    key = Concat(Value("candidate:"), Cast("pk", CharField()))
    return candidates_kept_from(user).annotate(told_as=key).values("told_as")


def _of_cycle(user: Any) -> Q:
    return Q(cycle__in=NominationCycle.objects.judged_blindly_by(user))


def _trail(user: Any) -> Q:
    """Whoever nominates is the actor of a row; a row's id leads to who is nominated."""
    found = Q()
    for model in (Candidate, Nomination, NominationDraft):
        rows = model._default_manager.filter(_of_cycle(user)).annotate(
            key=Cast(F("pk"), CharField())
        )
        found |= Q(subject_type=model._meta.label_lower, subject_id__in=rows.values("key"))
    return found


withhold(Candidate, _of_cycle)
withhold(Nomination, _of_cycle)
withhold(AuditRow, _trail)
withhold(Decision, lambda user: Q(occurrence__in=keys_kept_from(user)))

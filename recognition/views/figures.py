"""What everybody may know of a cycle's judging: counts, never who said what."""

from dataclasses import dataclass

from django.db.models import Count

from governance.models import Ballot, Case, Reason, Recusal
from recognition.models import Laureate, NominationCycle


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of a cycle. `recusals` is (class of reason, how many)."""

    candidates: int
    nominations: int
    cases_open: int
    ballots: int
    recusals: list[tuple[str, int]]
    laureate: Laureate | None


def figures_of(cycle: NominationCycle) -> Figures | None:
    """The figures once nominations are closed; None before, so that nobody is swayed."""
    states = NominationCycle.State
    if cycle.state not in (states.JUDGING, states.DECIDED):
        return None
    cases = Case.objects.filter(pk__in=cycle.candidates.exclude(case=None).values("case"))
    recusals = (
        Recusal.objects.filter(assignment__case__in=cases)
        .values_list("reason")
        .annotate(times=Count("pk"))
        .order_by("reason")
    )
    return Figures(
        candidates=cycle.candidates.standing().count(),
        nominations=cycle.nominations.live().count(),
        cases_open=cases.open().count(),
        ballots=Ballot.objects.standing().filter(assignment__case__in=cases).count(),
        recusals=[(str(Reason(reason).label), times) for reason, times in recusals],
        laureate=Laureate.objects.filter(cycle=cycle)
        .select_related("candidate__member", "award")
        .first(),
    )

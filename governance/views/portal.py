"""The committee desk: my cases, one case, closing it, and what came of it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from governance.domain.tally import in_points
from governance.forms import BallotForm, RecusalForm
from governance.models import Assignment, Case, Decision, Reason, Recusal, Seat
from governance.operations import ballots, cases
from governance.permissions import (
    assignment_of,
    can_cast,
    can_close,
    can_read_ballots,
    can_recuse,
)
from governance.views.guards import case_page, desk_page
from members.domain.actors import Actor

PAGE = 20
TABS = (
    ("to_judge", gettext_lazy("To judge")),
    ("judged", gettext_lazy("Ballot cast")),
    ("closed", gettext_lazy("Closed")),
)


@require_GET
@desk_page
def desk(request: HttpRequest) -> HttpResponse:
    """My queue: what waits for me, what I have judged, what is closed."""
    mine = Assignment.objects.on_desk_of(request.user)
    lists = {"to_judge": mine.to_judge(), "judged": mine.judged(), "closed": mine.closed()}
    asked = request.GET.get("show", "")
    current = asked if asked in lists else "to_judge"
    rows = lists[current].select_related("case__committee").order_by("case__opened_at", "pk")
    context = {
        "tabs": [(name, label, lists[name].count(), name == current) for name, label in TABS],
        "current": current,
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "portal/governance/desk.html", context)


@require_GET
@case_page
def case(request: HttpRequest, case: Case) -> HttpResponse:
    """The entry on one side, the rubric on the other."""
    return _case_page(request, case, BallotForm(criteria=case.criteria), RecusalForm())


@require_POST
@case_page
def ballot(request: HttpRequest, case: Case) -> HttpResponse:
    """Cast the ballot."""
    form = BallotForm(request.POST, criteria=case.criteria)
    if form.is_valid():
        try:
            ballots.cast(
                case,
                seat=_seat(request, case),
                vote=form.cleaned_data["vote"],
                scores=form.scores,
                actor=Actor.user(request.user),
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(
                request, _("Your ballot on “%(case)s” is cast.") % {"case": case.title}
            )
            return redirect("governance:desk")
    return _case_page(request, case, form, RecusalForm(), status=422)


@require_POST
@case_page
def recusal(request: HttpRequest, case: Case) -> HttpResponse:
    """Step back from a case."""
    form = RecusalForm(request.POST)
    if form.is_valid():
        try:
            ballots.recuse(
                case,
                seat=_seat(request, case),
                reason=form.cleaned_data["reason"],
                actor=Actor.user(request.user),
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("You have stepped back. The case is off your desk."))
            return redirect("governance:desk")
    return _case_page(request, case, BallotForm(criteria=case.criteria), form, status=422)


@require_http_methods(["GET", "POST"])
@case_page
def decision(request: HttpRequest, case: Case) -> HttpResponse:
    """Where a case stands, for whoever presides; closing it."""
    if not can_close(request.user, case):
        raise PermissionDenied
    fault = None
    if request.method == "POST":
        try:
            cases.close(case, seat=_seat(request, case), actor=Actor.user(request.user))
        except ValidationError as refusal:
            fault = refusal.messages[0]
        else:
            messages.success(request, _("“%(case)s” is decided.") % {"case": case.title})
            return redirect("governance:result", case.pk)
    context = {
        "case": case,
        "tally": cases.count(case),
        "fault": fault,
        "recusals": _recusals(case),
    }
    return render(request, "portal/governance/decision.html", context, status=422 if fault else 200)


@require_GET
@case_page
def result(request: HttpRequest, case: Case) -> HttpResponse:
    """What came of a case: counts and means, never who said what."""
    if not can_read_ballots(request.user, case):
        raise PermissionDenied
    decision = get_object_or_404(Decision, case=case)
    means = [
        (criterion, in_points(decision.means.get(criterion.key)))
        for criterion in case.criteria.rubric
    ]
    context = {"case": case, "decision": decision, "means": means, "recusals": _recusals(case)}
    return render(request, "portal/governance/result.html", context)


def _case_page(
    request: HttpRequest, case: Case, form: BallotForm, step_back: RecusalForm, status: int = 200
) -> HttpResponse:
    assignment = assignment_of(request.user, case)
    context = {
        "case": case,
        "form": form,
        "step_back": step_back,
        "ballot": getattr(assignment, "ballot", None),
        "may_cast": can_cast(request.user, case),
        "may_recuse": can_recuse(request.user, case),
        "may_close": can_close(request.user, case),
    }
    return render(request, "portal/governance/case.html", context, status=status)


def _seat(request: HttpRequest, case: Case) -> Seat:
    """By which seat this user judges the case."""
    assignment = assignment_of(request.user, case)
    if assignment is None:
        raise Http404
    return assignment.seat


def _recusals(case: Case) -> list[tuple[str, int]]:
    """How many stepped back, by class of reason."""
    counts = (
        Recusal.objects.filter(assignment__case=case)
        .values_list("reason")
        .annotate(times=Count("pk"))
        .order_by("reason")
    )
    return [(str(Reason(reason).label), times) for reason, times in counts]

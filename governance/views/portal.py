"""The committee desk: my queue, one case and its ballot, closing it, and what came of it."""

from contextlib import suppress

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from governance.domain.tally import in_points
from governance.forms import BallotForm, RecusalForm
from governance.models import (
    Assignment,
    Ballot,
    BallotDraft,
    Case,
    Decision,
    Reason,
    Recusal,
    Seat,
)
from governance.models.cases import AssignmentQuerySet
from governance.operations import ballots, cases
from governance.operations import desk as reviews
from governance.permissions import (
    assignment_of,
    can_cast,
    can_close,
    can_enter_desk,
    can_read_ballots,
    can_recuse,
)
from governance.views import queue
from governance.views.guards import case_page, desk_page
from governance.views.queue import LABELS, UNSCORED, UNSEEN
from members.domain.actors import Actor
from members.forms import checked
from members.views import drafts

PAGE = 20
NOTHING_NEW = 204


@require_GET
@desk_page
def desk(request: HttpRequest) -> HttpResponse:
    """My queue: what I have not seen, what I have not scored, what is done; and what is closed."""
    mine = Assignment.objects.on_desk_of(request.user)
    counts = mine.counts()
    current = queue.group_to_show(counts, request.GET.get("show", ""))
    rows = getattr(mine, current)().select_related("case__committee").in_turn()
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    zone = timezone.get_current_timezone_name()
    context = {
        "tabs": [(name, label, counts[name], name == current) for name, label in LABELS.items()],
        "current": current,
        "waiting": next((name for name in (UNSEEN, UNSCORED) if counts[name]), ""),
        "first": _first_waiting(mine),
        "page": page,
        "rows": [(row.case, queue.time_left(row.case, zone)) for row in page],
        "mark": queue.mark_of(counts),
    }
    return render(request, "portal/governance/desk.html", context)


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """204 while the queue is as `since` says; else its new mark, and a word when a case has come."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    if not can_enter_desk(request.user):
        raise PermissionDenied
    counts, since = Assignment.objects.on_desk_of(request.user).counts(), request.GET.get("since")
    mark = queue.mark_of(counts)
    if mark == since:
        return HttpResponse(status=NOTHING_NEW)
    has_come = str(counts["newest"]) != (since or "").rpartition("-")[2]
    said = _("Something new waits for your judgement.") if has_come and counts[UNSEEN] else ""
    return JsonResponse({"mark": mark, "said": said})


@require_GET
@case_page
def case(request: HttpRequest, case: Case) -> HttpResponse:
    """The entry on one side, the rubric on the other, with what was begun of the ballot."""
    draft = BallotDraft.objects.filter(assignment=assignment_of(request.user, case)).first()
    form = BallotForm(criteria=case.criteria, draft=draft)
    return _case_page(request, case, form, RecusalForm(), draft=draft)


@require_POST
@case_page
def reading(request: HttpRequest, case: Case) -> HttpResponse:
    """The case has been opened."""
    if can_cast(request.user, case):
        # Closed in this very moment: there is nothing left to read, and its page says so.
        with suppress(ValidationError):
            reviews.read(case, seat=_seat(request, case), actor=Actor.user(request.user))
    return redirect("governance:case", case.pk)


@require_POST
@case_page
def draft(request: HttpRequest, case: Case) -> HttpResponse:
    """Keep what is begun of a ballot."""
    form = BallotForm(request.POST, criteria=case.criteria, is_draft=True)

    def save() -> BallotDraft:
        checked(form)
        seat, actor = _seat(request, case), Actor.user(request.user)
        return reviews.keep(case, seat=seat, **form.begun, actor=actor)

    def refused(refusal: ValidationError) -> HttpResponse:
        form.refuse(refusal)
        return _case_page(request, case, form, RecusalForm(), status=422)

    back = reverse("governance:case", args=[case.pk])
    return drafts.keep(request, save, back=back, refused=refused)


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
                **form.answers,
                actor=Actor.user(request.user),
            )
        except ValidationError as refusal:
            form.refuse(refusal)
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
    """What came of a case: counts, means and comments, never who said what."""
    if not can_read_ballots(request.user, case):
        raise PermissionDenied
    decision = get_object_or_404(Decision, case=case)
    means = [
        (criterion, in_points(decision.means.get(criterion.key)))
        for criterion in case.criteria.rubric
    ]
    context = {
        "case": case,
        "decision": decision,
        "means": means,
        "comments": _comments(case),
        "recusals": _recusals(case),
    }
    return render(request, "portal/governance/result.html", context)


def _first_waiting(mine: AssignmentQuerySet) -> int | None:
    """The case to begin with: the first that was not seen, else the first that was not scored."""
    for waiting in (mine.unseen(), mine.unscored()):
        case = waiting.in_turn().values_list("case", flat=True).first()
        if case is not None:
            return case
    return None


def _case_page(
    request: HttpRequest,
    case: Case,
    form: BallotForm,
    step_back: RecusalForm,
    *,
    draft: BallotDraft | None = None,
    status: int = 200,
) -> HttpResponse:
    assignment = assignment_of(request.user, case)
    zone = timezone.get_current_timezone_name()
    context = {
        "case": case,
        "form": form,
        "step_back": step_back,
        "ballot": getattr(assignment, "ballot", None),
        "is_unseen": assignment is not None and not hasattr(assignment, "reading"),
        "saved": drafts.saved_words(draft),
        "place": queue.place_of(case, request.user),
        "time_left": queue.time_left(case, zone),
        "asks_keys": request.GET.get("ask") == "keys",
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


def _comments(case: Case) -> list[tuple[str, list[str]]]:
    """What judges said to each criterion, in the order of the alphabet: nobody sees which are one judge's."""
    ballots_cast = Ballot.objects.standing().filter(assignment__case=case)
    said = list(ballots_cast.values_list("comments", flat=True))
    by_criterion = [
        (criterion.title, sorted(words[criterion.key] for words in said if criterion.key in words))
        for criterion in case.criteria.rubric
    ]
    return [(title, words) for title, words in by_criterion if words]


def _recusals(case: Case) -> list[tuple[str, int]]:
    """How many stepped back, by class of reason."""
    counts = (
        Recusal.objects.filter(assignment__case=case)
        .values_list("reason")
        .annotate(times=Count("pk"))
        .order_by("reason")
    )
    return [(str(Reason(reason).label), times) for reason, times in counts]

"""Nomination cycles as members read them: what is asked, nominating, taking back, the laureate."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from members.domain.actors import Actor
from members.forms import checked
from members.models import Member
from members.views import drafts
from members.views.guards import member_page
from recognition.forms import CitationForm, NominationForm, NomineeSearch, drafts_of
from recognition.models import Nomination, NominationCycle, NominationDraft
from recognition.operations import cycles, nominations
from recognition.permissions import can_name_laureate, can_nominate, can_withdraw
from recognition.views.figures import figures_of

PAGE = 20


def _cycle(slug: str) -> NominationCycle:
    published = NominationCycle.objects.published().select_related("criteria", "committee", "badge")
    return get_object_or_404(published, slug=slug)


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every cycle that was published, those that take nominations first."""
    rows = NominationCycle.objects.published().select_related("badge").order_by("-closes_at")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "portal/recognition/cycles.html", {"page": page})


@require_GET
def cycle(request: HttpRequest, slug: str) -> HttpResponse:
    """What a cycle asks for; a member nominates and sees what they said; later, what came of it."""
    found = _cycle(slug)
    member = Member.objects.of(request.user).first() if request.user.is_authenticated else None
    search = NomineeSearch(request.GET if "q" in request.GET else None)
    mine = found.nominations.visible_to(request.user).live().select_related("candidate__member")
    context = {
        "cycle": found,
        "member": member,
        "drafts": drafts_of(found, member),
        "candidacy": found.candidates.known_to(member).first() if member else None,
        "may_nominate": can_nominate(member, found) if member else None,
        "search": search,
        "people": search.found() if member and search.is_valid() else None,
        "mine": list(mine.order_by("pk")),
        "may_name": can_name_laureate(request.user, found),
        "figures": figures_of(found),
    }
    status = 422 if search.is_bound and not search.is_valid() else 200
    return render(request, "portal/recognition/cycle.html", context, status=status)


@require_http_methods(["GET", "POST"])
@member_page
def nominate(request: HttpRequest, member: Member, slug: str) -> HttpResponse:
    """Say why, about somebody found by a search; what was begun before stands there already."""
    found = _cycle(slug)
    if request.method == "POST":
        form = NominationForm(request.POST, is_blind=found.is_blind)
        if form.is_valid() and _sent(request, member, found, form):
            messages.success(request, _("Thank you. The committee will read it."))
            return redirect("nominations:cycle", slug)
        return _writing(request, found, form, status=422)
    form = NominationForm(initial={"nominee": request.GET.get("nominee")}, is_blind=found.is_blind)
    if form.person is None:
        return redirect("nominations:cycle", slug)
    kept = found.drafts.filter(nominator=member, nominee=form.person).first()
    if kept is not None:
        form.initial = {**form.initial, "statement": kept.statement, "version": kept.version}
    return _writing(request, found, form, kept=kept)


def _writing(
    request: HttpRequest,
    cycle: NominationCycle,
    form: NominationForm,
    *,
    kept: NominationDraft | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "cycle": cycle,
        "form": form,
        "nominee": form.person,
        "saved": drafts.saved_words(kept),
    }
    return render(request, "portal/recognition/nominate.html", context, status=status)


def _sent(
    request: HttpRequest, member: Member, cycle: NominationCycle, form: NominationForm
) -> bool:
    """Whether it was taken; why not is then on the form."""
    try:
        nominations.nominate(
            cycle,
            nominator=member,
            **form.cleaned_data,
            actor=Actor.user(request.user),
        )
    except ValidationError as refusal:
        form.refuse(refusal)
        return False
    return True


@require_POST
@member_page
def draft(request: HttpRequest, member: Member, slug: str) -> HttpResponse:
    """Keep what is written so far; nothing of it has to be right yet."""
    found = _cycle(slug)
    form = NominationForm(request.POST, is_draft=True, is_blind=found.is_blind)

    def save() -> NominationDraft:
        return nominations.keep_draft(
            found,
            nominator=member,
            **{"statement": ""} | checked(form),
            actor=Actor.user(request.user),
        )

    def refused(refusal: ValidationError) -> HttpResponse:
        form.refuse(refusal)
        return _writing(request, found, form, status=422)

    back = reverse("nominations:cycle", args=[slug])
    return drafts.keep(request, save, back=back, refused=refused)


@require_POST
@member_page
def declining(request: HttpRequest, member: Member, slug: str) -> HttpResponse:
    """Whoever was nominated would rather not be."""
    found = _cycle(slug)
    try:
        nominations.decline(found, nominee=member, actor=Actor.user(request.user))
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    else:
        messages.success(request, _("Understood. Nobody judges you in this round."))
    return redirect("nominations:cycle", slug)


@require_POST
@member_page
def withdrawal(request: HttpRequest, member: Member, slug: str, pk: int) -> HttpResponse:
    """Take one of my nominations back."""
    own = Nomination.objects.visible_to(request.user).live().select_related("cycle")
    found = get_object_or_404(own, pk=pk, cycle__slug=slug)
    verdict = can_withdraw(member, found)
    if verdict:
        nominations.withdraw(found, nominator=member, actor=Actor.user(request.user))
        messages.success(request, _("Taken back."))
    else:
        messages.error(request, verdict.reason)
    return redirect("nominations:cycle", slug)


@require_http_methods(["GET", "POST"])
def laureate(request: HttpRequest, slug: str) -> HttpResponse:
    """For the chair: whom the decisions choose, and the words that are published."""
    found = _cycle(slug)
    if not can_name_laureate(request.user, found):
        raise PermissionDenied
    form = CitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            cycles.decide(
                found, citation=form.cleaned_data["citation"], actor=Actor.user(request.user)
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The cycle is decided."))
            return redirect("nominations:cycle", slug)
    context = {"cycle": found, "form": form, "figures": figures_of(found)}
    try:
        context["best"] = cycles.standing(found)
    except ValidationError as refusal:
        context["waiting"] = refusal.messages[0]
    status = 422 if form.errors else 200
    return render(request, "portal/recognition/laureate.html", context, status=status)

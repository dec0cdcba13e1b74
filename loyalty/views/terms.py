"""The terms, asked: of a member who has not agreed to them as they are now, and of who joins. Whoever only
wants to read them does so on the programme's own page."""

from allauth.account.internal.stagekit import clear_login
from allauth.account.stages import LoginStageController
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from loyalty.accounts import enrolment
from loyalty.accounts.forms import TermsForm
from loyalty.accounts.stages import TermsStage
from loyalty.campaigns.views.referrals import tell_who_invited
from members.domain.actors import Actor
from members.models import ConsentText, Member, User
from members.operations import consent_texts
from members.views.guards import SignedInRequest, member_of


def terms(request: HttpRequest) -> HttpResponse:
    """A member who is asked agrees here, or leaves with nothing lost; everybody else reads them elsewhere."""
    stage = LoginStageController.enter(request, TermsStage.key)
    member = _asked(request, stage)
    if member is None or consent_texts.terms_due(member) is None:
        return stage.exit() if stage is not None else redirect("programme_terms")
    if request.method != "POST":
        return _page(request, TermsForm())
    if "decline" in request.POST:
        return _leave(request)
    form = TermsForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    actor = Actor.user(member.user)
    enrolment.agree(member, terms=form.cleaned_data["terms_version"], actor=actor)
    return stage.exit() if stage is not None else redirect("home")


@login_required
def join(request: SignedInRequest) -> HttpResponse:
    """Open a membership for somebody who has signed in as staff or as a partner's person, once they have
    agreed to the terms."""
    if Member.objects.of(request.user).exists():
        return redirect("home")
    form = TermsForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _page(request, form, status=422 if form.is_bound else 200, is_joining=True)
    member = enrolment.join(request.user, terms=form.cleaned_data["terms_version"])
    tell_who_invited(request, member)
    messages.success(request, _("Welcome. You are a member now."))
    return redirect("home")


def _asked(request: HttpRequest, stage: TermsStage | None) -> Member | None:
    """Whoever is on their way in, or is in."""
    if stage is None:
        return None if getattr(request, "viewed_member", None) else member_of(request)
    assert isinstance(stage.login.user, User)
    return Member.objects.of(stage.login.user).first()


def _leave(request: HttpRequest) -> HttpResponse:
    clear_login(request)
    logout(request)
    messages.info(
        request,
        _("You are signed out. Nothing is lost: your points wait until you have decided."),
    )
    return redirect("home")


def _page(
    request: HttpRequest, form: TermsForm, *, status: int = 200, is_joining: bool = False
) -> HttpResponse:
    texts = consent_texts.versions(ConsentText.Purpose.TERMS)
    asked_before = not is_joining and len(texts) > 1
    context = {"text": texts[0], "form": form, "asked_before": asked_before}
    return render(
        request, "account/terms.html", context | {"is_joining": is_joining}, status=status
    )

"""The terms in force: to read for everybody, to agree to for a member who has not yet."""

from allauth.account.internal.stagekit import clear_login
from allauth.account.stages import LoginStageController
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from loyalty.accounts.enrolment import agree
from loyalty.accounts.forms import TermsForm
from loyalty.accounts.stages import TermsStage
from members.domain.actors import Actor
from members.models import ConsentText, Member, User
from members.operations import consent_texts
from members.views.guards import member_of


def terms(request: HttpRequest) -> HttpResponse:
    """Show them; a member who is asked agrees here, or leaves with nothing lost."""
    stage = LoginStageController.enter(request, TermsStage.key)
    member = _asked(request, stage)
    is_due = member is not None and consent_texts.terms_due(member) is not None
    if request.method != "POST" or member is None or not is_due:
        return _page(request, TermsForm() if is_due else None)
    if "decline" in request.POST:
        return _leave(request)
    form = TermsForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    actor = Actor.user(member.user)
    agree(member, terms=form.cleaned_data["terms_version"], actor=actor)
    return stage.exit() if stage is not None else redirect("home")


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


def _page(request: HttpRequest, form: TermsForm | None, status: int = 200) -> HttpResponse:
    texts = consent_texts.versions(ConsentText.Purpose.TERMS)
    asked_before = form is not None and len(texts) > 1
    context = {"text": texts[0], "form": form, "asked_before": asked_before}
    return render(request, "account/terms.html", context, status=status)

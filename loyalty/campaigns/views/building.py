"""What the builder's page asks the server while a rule is being written. Nothing is saved here."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from loyalty.audiences import building
from loyalty.campaigns import permissions, words
from loyalty.campaigns.models import Campaign, RuleVersion
from loyalty.campaigns.operations import looks, rulebook, trials
from loyalty.campaigns.operations.looks import Met
from loyalty.campaigns.trial_form import TrialForm
from members.errors import Refused

#: What a page of the console needs besides its own, by request and title.
PageContext = Callable[[HttpRequest, str], dict[str, Any]]
PARTS = ("triggers", "conditions", "effects", "limit")


def campaign_of(pk: int) -> Campaign:
    """The campaign, or a 404."""
    campaign = Campaign.objects.filter(pk=pk).first()
    if campaign is None:
        raise Http404
    return campaign


@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """The rule in words, its faults by place, whom it could reach, and what it would have met."""
    campaign = campaign_of(pk)
    verdict = permissions.can_write_rule(request.user, campaign)
    if not verdict:
        raise PermissionDenied(verdict.reason)
    try:
        version = looks.draft_of(campaign, read_rule(request.body))
    except ValueError as fault:
        return JsonResponse({"faults": [{"pointer": "/", "why": str(fault)}]}, status=400)
    known = rulebook.catalogue()
    faults = [
        {"pointer": place.pointer, "why": place.why} for place in looks.faults_of(version, known)
    ]
    if faults:
        return JsonResponse({"faults": faults})
    found = {
        "faults": [],
        "said": words.whole(version),
        "members": building.people_as_json(looks.reach(version), request.user),
        "met": _met(looks.meeting(version, known)),
    }
    return JsonResponse(found)


def trial(request: HttpRequest, pk: int, *, context: PageContext) -> HttpResponse:
    """Try the rule on one member: the form (GET), and what would become of it (POST).

    The builder sends the rule that it is writing; without one it is the newest version that is tried.
    """
    campaign = campaign_of(pk)
    verdict = permissions.can_try(request.user)
    if not verdict:
        raise PermissionDenied(verdict.reason)
    sent = request.POST.get("rule")
    try:
        version = _tried(campaign, sent)
    except ValueError as fault:
        return HttpResponse(str(fault), status=400, content_type="text/plain")
    asked = request.POST if request.method == "POST" else request.GET
    form = TrialForm(version, asked if "member_word" in asked else None)
    shown = {"campaign": campaign, "form": form, "version": version, "trial": _attempt(form)}
    if sent is not None:
        return TemplateResponse(request, "admin/campaigns/trial_panel.html", shown)
    shown |= context(request, _("Try %(campaign)s on a member") % {"campaign": campaign})
    status = 422 if request.method == "POST" and form.errors else 200
    return TemplateResponse(request, "admin/campaigns/trial.html", shown, status=status)


def read_rule(body: bytes) -> dict[str, Any]:
    """A rule as the scripts send it. Raises ValueError."""
    rule = building.read_json(body)
    if not isinstance(rule, dict) or set(rule) - set(PARTS):
        raise ValueError(_("Expected triggers, conditions, effects and limit."))
    triggers = rule.get("triggers")
    if not isinstance(triggers, list) or not all(isinstance(name, str) for name in triggers):
        raise ValueError(_("Expected a list of triggers."))
    return rule


def _tried(campaign: Campaign, sent: str | None) -> RuleVersion | None:
    if sent:
        return looks.draft_of(campaign, read_rule(sent.encode("utf-8", "surrogatepass")))
    return campaign.versions.order_by("-number").first()


def _attempt(form: TrialForm) -> trials.Trial | None:
    if not form.is_ready() or form.version is None or form.member is None or form.told is None:
        return None
    try:
        return trials.attempt(form.version, form.member, told=form.told)
    except Refused as refusal:
        form.add_error(None, refusal)
        return None


def _met(met: Met) -> str:
    days, of = looks.DAYS, f"{met.looked_at:,}"
    if not met.looked_at:
        return _("In the last %(days)s days nothing happened that sets it off.") % {"days": days}
    said = ngettext(
        "%(met)s of %(of)s activity of the last %(days)s days met it",
        "%(met)s of %(of)s activities of the last %(days)s days met it",
        met.looked_at,
    ) % {"met": f"{met.met:,}", "of": of, "days": days}
    if not met.is_all:
        said += _(" (only the latest were looked at)")
    return said + "."

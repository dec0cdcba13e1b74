"""The back-test beside the rule that is being written."""

from datetime import date

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from loyalty.campaigns import permissions
from loyalty.campaigns.backtest_figures import standing
from loyalty.campaigns.forms import BacktestForm
from loyalty.campaigns.models import Backtest, Campaign
from loyalty.campaigns.operations import backtests
from loyalty.campaigns.views.building import campaign_of, read_rule
from members.domain.actors import Actor
from members.domain.calendar import local_date
from members.domain.tiers import INSTANT
from members.errors import Refused


def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the rule as it stands and count what it would have given (POST), or look how far that has come
    (GET, `of` which back-test). Answered with the panel's inside; 422 where something is refused."""
    campaign = campaign_of(pk)
    verdict = permissions.can_write_rule(request.user, campaign)
    if not verdict:
        raise PermissionDenied(verdict.reason)
    if request.method == "POST":
        form = BacktestForm(request.POST)
        found = _started(request, campaign, form) if form.is_valid() else None
    else:
        found = _asked_for(campaign, request.GET.get("of", ""))
        form = BacktestForm(initial=days_of(found))
    shown = {"form": form, "backtest": found, **(standing(found) if found else {})}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "admin/campaigns/backtest_panel.html", shown, status=status)


def days_of(backtest: Backtest) -> dict[str, date]:
    """The first and the last day that were asked about, as the form has them."""
    zone = settings.PROGRAMME_TIME_ZONE
    last = local_date(backtest.until - INSTANT, zone)
    return {"since": local_date(backtest.since, zone), "through": last}


def _started(request: HttpRequest, campaign: Campaign, form: BacktestForm) -> Backtest | None:
    try:
        rule = read_rule(request.POST.get("rule", "").encode("utf-8", "surrogatepass"))
        started = backtests.write_and_start(
            campaign, rule=rule, actor=Actor.user(request.user), **form.cleaned_data
        )
    except (Refused, ValueError) as fault:
        form.add_error(None, fault if isinstance(fault, Refused) else str(fault))
        return None
    return _asked_for(campaign, str(started.pk))


def _asked_for(campaign: Campaign, asked: str) -> Backtest:
    """A back-test of this campaign with how far it has come, or a 404."""
    known = campaign.backtests.with_progress()
    found = known.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 19 else None
    if found is None:
        raise Http404
    return found

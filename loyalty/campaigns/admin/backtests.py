"""Back-tests in the staff console: what a rule would have given, in figures and a chart."""

import json
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.enums import ActionVariant

from loyalty.campaigns import permissions
from loyalty.campaigns.domain import charts
from loyalty.campaigns.domain.backtests import Tally, lasts_until
from loyalty.campaigns.models import Backtest, Campaign
from loyalty.campaigns.operations import backtests
from members.console import ReadOnlyAdmin, Step, StepsAdmin
from members.domain.calendar import local_date
from members.domain.tiers import INSTANT
from members.models import Unit

STATES = {"running": "info", "done": "success", "cancelled": "default"}
STEPS = (
    Step(
        "cancel",
        _("Stop counting"),
        _("What was counted so far is not shown. A back-test can be started again any time."),
        permissions.DRAFTING,
        backtests.cancel,
        can=permissions.can_cancel_backtest,
        fits=lambda backtest: backtest.state == Backtest.State.RUNNING,
        icon="stop",
        variant=ActionVariant.WARNING,
    ),
)


@admin.register(Backtest)
class BacktestAdmin(StepsAdmin, ReadOnlyAdmin):
    """A back-test is started from its campaign, and read here."""

    list_display = ("campaign", "number", "since", "until", "state_label", "asked_by", "asked_at")
    list_filter = ("state", "campaign")
    list_select_related = ("campaign", "asked_by")
    ordering = ("-pk",)
    fields = (("campaign", "number", "live_number"), ("since", "until"), ("asked_by", "asked_at"))
    steps = STEPS
    change_form_before_template = "admin/campaigns/backtest.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Backtest]:
        """With how far each has come."""
        return super().get_queryset(request).with_progress()

    @display(description=_("state"), ordering="state", label=STATES)
    def state_label(self, backtest: Backtest) -> tuple[str, str]:
        """The state, or how much is counted."""
        if backtest.state == Backtest.State.RUNNING:
            return backtest.state, f"{backtest.percent} %"
        return backtest.state, backtest.get_state_display()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Its figures, or how far it has come."""
        backtest = self.get_object(request, object_id)
        if backtest is not None and self.has_view_permission(request, backtest):
            extra_context = {**(extra_context or {}), "backtest": backtest}
            if backtest.result is not None:
                extra_context |= figures_of(backtest)
            elif backtest.state == Backtest.State.RUNNING:
                extra_context["faults"] = backtests.faults_of(backtest)
        return super().change_view(request, object_id, form_url, extra_context)


def figures_of(backtest: Backtest) -> dict[str, Any]:
    """What the page shows of a back-test that is done."""
    tally = Tally.of(backtest.result or {})
    given = {*tally.tried.points, *tally.live.points, *tally.unlimited.points}
    return {
        "tally": tally,
        "share": _share(tally.tried.hits, tally.looked_at),
        "units": [_unit(unit, tally, backtest) for unit in Unit.objects.filter(code__in=given)],
        "overlaps": _overlaps(tally),
        "asks_dates": not tally.tried.hits and _asks_dates(backtest),
    }


def _unit(unit: Unit, tally: Tally, backtest: Backtest) -> dict[str, Any]:
    """The points of one unit: in figures, and over time."""
    code, zone = unit.code, settings.PROGRAMME_TIME_ZONE
    sides = (tally.tried, tally.live) if backtest.live else (tally.tried,)
    series = tuple(
        {day: points[code] for day, points in side.by_day.items() if points[code]} for side in sides
    )
    tried, live = tally.tried.points[code], tally.live.points[code]
    budget = backtest.campaign.budget_units
    first = local_date(backtest.since, zone)
    last = local_date(backtest.until - INSTANT, zone)
    return {
        "unit": unit,
        "tried": tried,
        "live": live,
        "difference": tried - live,
        "unlimited": tally.unlimited.points[code],
        "returned": tally.returned[code],
        "each": tried // tally.tried.members if tally.tried.members else 0,
        "budget": budget,
        "lasts_until": lasts_until(tally.tried.by_day, budget, code) if budget else None,
        "bars": charts.bars(series, first, last),
        "first": first,
        "last": last,
        "size": (charts.WIDTH, charts.HEIGHT),
    }


def _overlaps(tally: Tally) -> list[tuple[str, int, int]]:
    """The other campaigns that paid for the same activities: name, how often, in per cent."""
    names = dict(Campaign.objects.filter(slug__in=tally.overlap).values_list("slug", "name"))
    return [
        (names.get(slug, slug), times, _share(times, tally.tried.hits))
        for slug, times in tally.overlap.most_common()
    ]


def _asks_dates(backtest: Backtest) -> bool:
    """Whether the rule asks about dates, none of which may lie in the time that was looked at."""
    return '"when.date"' in json.dumps(backtest.rule["conditions"])


def _share(part: int, whole: int) -> int:
    return round(part * 100 / whole) if whole else 0

"""A back-test as its pages show it: how far it has come, or its figures."""

import json
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from loyalty.campaigns.domain import spans
from loyalty.campaigns.domain.backtests import Tally, lasts_until
from loyalty.campaigns.models import Backtest, Campaign
from loyalty.campaigns.operations import backtests
from members.domain.calendar import local_date
from members.domain.charts import Chart, Series
from members.domain.tiers import INSTANT
from members.models import Unit


def standing(backtest: Backtest) -> dict[str, Any]:
    """Its figures once it is done; while it runs, what could not be counted."""
    if backtest.result is not None:
        return figures_of(backtest)
    if backtest.state == Backtest.State.RUNNING:
        return {"faults": backtests.faults_of(backtest)}
    return {}


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
    first, last = local_date(backtest.since, zone), local_date(backtest.until - INSTANT, zone)
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
        "chart": _chart(unit, backtest, spans.summed(series, first, last)),
    }


def _chart(unit: Unit, backtest: Backtest, found: list[spans.Span]) -> Chart:
    """Those points over time: of the version that was tried, beside those of the one in force."""
    numbers = (backtest.number, backtest.live_number) if backtest.live else (backtest.number,)
    return Chart(
        label=_("%(unit)s over time") % {"unit": unit.name},
        columns=[date_format(span.starts_on, "SHORT_DATE_FORMAT") for span in found],
        series=[
            Series(
                _("version %(number)s") % {"number": number}, [span.values[at] for span in found]
            )
            for at, number in enumerate(numbers)
        ],
    )


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

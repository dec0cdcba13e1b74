"""The budgets of campaigns: locked rows that count what was given, in units, in money, and for the
members of segments. They are locked before funds and accounts: campaigns' in order, then segments'.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Q, Sum

from loyalty.campaigns.domain import caps
from loyalty.campaigns.domain.caps import Spent, window_named
from loyalty.campaigns.domain.rules import Rule
from loyalty.campaigns.models import BudgetUse, Effect, Evaluation, SegmentBudget
from members.domain.calendar import local_date


@dataclass(slots=True)
class Budgets:
    """What a batch holds locked: by campaign, and by segment budget, with what was used before it."""

    spent: dict[int, Spent] = field(default_factory=dict)
    segments: dict[int, int] = field(default_factory=dict)
    windows: dict[int, str] = field(default_factory=dict)
    before: dict[int, Spent] = field(default_factory=dict)
    segments_before: dict[int, tuple[str, int]] = field(default_factory=dict)

    def free(self, rule: Rule, unit: str, amount: int, counted: Iterable[tuple[int, str]]) -> None:
        """Have back what is not paid after all: for the campaign, and for the segment budgets it was
        `counted` in (each with its window), where that window still runs."""
        if (spent := self.spent.get(rule.campaign_id)) is not None:
            spent.units = max(spent.units - amount, 0)
            spent.money = max(spent.money - caps.cost_of(rule, [(unit, amount)]), Decimal(0))
        for budget_id, window in counted:
            if self.windows.get(budget_id) == window:
                self.segments[budget_id] = max(self.segments[budget_id] - amount, 0)

    def spend(self, rule: Rule, unit: str, amount: int, counted: Iterable[tuple[int, str]]) -> None:
        """Count what is given again, where it was counted before."""
        if (spent := self.spent.get(rule.campaign_id)) is not None:
            spent.units += amount
            spent.money += caps.cost_of(rule, [(unit, amount)])
        for budget_id, window in counted:
            if self.windows.get(budget_id) == window:
                self.segments[budget_id] += amount

    def has_room(self, rule: Rule, unit: str, amount: int) -> bool:
        """Whether the campaign's budgets still hold so many units."""
        return caps.budget_left(rule, [(unit, amount)], caps.Uses(budgets=self.spent)) >= amount

    def save(self) -> None:
        """Write back what changed."""
        for campaign_id, spent in self.spent.items():
            if self.before.get(campaign_id) != spent:
                BudgetUse.objects.filter(pk=campaign_id).update(
                    units=spent.units, money=spent.money
                )
        for budget_id, used in self.segments.items():
            window = self.windows[budget_id]
            if self.segments_before.get(budget_id) != (window, used):
                SegmentBudget.objects.filter(pk=budget_id).update(used=used, window=window)


def lock(campaigns: Collection[int], segments: Collection[int], *, at: datetime) -> Budgets:
    """Lock the budgets of these campaigns, then these segment budgets, each in order. No query for
    none."""
    budgets = Budgets()
    if campaigns:
        rows = BudgetUse.objects.select_for_update().filter(pk__in=campaigns).order_by("pk")
        for row in rows:
            budgets.spent[row.pk] = Spent(row.units, row.money)
            budgets.before[row.pk] = Spent(row.units, row.money)
    if segments:
        capped = SegmentBudget.objects.select_for_update(of=("self",)).filter(pk__in=segments)
        for cap in capped.order_by("pk"):
            window = window_at(cap.per, at)
            budgets.windows[cap.pk] = window
            budgets.segments_before[cap.pk] = cap.window, cap.used
            budgets.segments[cap.pk] = cap.used if cap.window == window else 0
    return budgets


def window_at(per: str, at: datetime) -> str:
    """The window of the programme's calendar that is running at an instant."""
    return window_named(per, at, local_date(at, settings.PROGRAMME_TIME_ZONE))


def counted_in(rule: Rule, evaluation: Evaluation | None) -> list[tuple[int, str]]:
    """The segment budgets that what the rule gave counted in, and the windows that ran then."""
    if evaluation is None or not rule.segments:
        return []
    mine: dict[str, Any] = next(
        (each for each in evaluation.trace if each["rule"] == rule.version_id), {}
    )
    per = {cap.id: cap.per for cap in rule.segments}
    return [
        (budget_id, window_at(per[budget_id], evaluation.evaluated_at))
        for budget_id in mine.get("segments", ())
        if budget_id in per
    ]


def recount(rule: Rule) -> None:
    """Count anew what the campaign has given, when it gets a budget that it did not have before."""
    rows = Effect.objects.filter(campaign=rule.campaign_id)
    counted = Q(kind="points") | Q(kind="reversal", reverses__kind="points")
    gives = [
        (unit, sign * (amount or 0))
        for question, sign in ((counted, 1), (Q(kind="cancellation"), -1))
        for unit, amount in rows.filter(question).values_list("unit_code").annotate(Sum("amount"))
    ]
    units, money = sum(amount for _, amount in gives), caps.cost_of(rule, gives)
    BudgetUse.objects.filter(pk=rule.campaign_id).update(
        units=max(units, 0), money=max(money, Decimal(0))
    )

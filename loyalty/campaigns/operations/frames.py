"""A campaign's frame: everything about it that decides amounts but the rule's own words.

While it is a draft the frame is the campaign's row. Each published version keeps the frame it was
published with, for ever, and is evaluated with it; a change for a live campaign waits in the draft of its
next version and needs a second person like any other (ADR 21).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.db import transaction

from loyalty.audiences.models import Segment
from loyalty.campaigns.domain.rules import WINDOWS, Group, Rule, SegmentCap
from loyalty.campaigns.errors import BadRule
from loyalty.campaigns.models import Campaign, RuleVersion, SegmentBudget, StackingGroup
from members.domain.money import exponent

#: The campaign's columns that a version keeps; the group by its key.
KEPT = (
    "priority",
    "budget_units",
    "budget_money",
    "cost_per_unit",
    "pays_partly",
    "exclusive_category",
    "holdout_percent",
)
DATES = ("starts_at", "ends_at")
SEGMENTS = "segment_budgets"
FIELDS = frozenset({*KEPT, *DATES, "group", SEGMENTS})


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame as rules are compiled with it. What is left of a budget goes by when points are given, not
    by when they were earned, so the budgets are the campaign's present ones."""

    kept: Mapping[str, Any]
    starts_at: datetime | None
    ends_at: datetime | None
    group: Group | None
    segments: tuple[SegmentCap, ...]

    @property
    def costs(self) -> dict[str, Decimal]:
        """What one of each unit costs, in minor units of the programme's currency."""
        return costs_of(self.kept["cost_per_unit"])


def groups() -> dict[int, Group]:
    """Every stacking group as rules know it, by key."""
    return {
        row.pk: Group(
            row.slug,
            row.mode,
            row.priority,
            tuple(sorted((unit, Decimal(text)) for unit, text in row.weights.items())),
        )
        for row in StackingGroup.objects.all()
    }


def stored(campaign: Campaign) -> dict[str, Any]:
    """The campaign's frame as a version keeps it."""
    frame: dict[str, Any] = {name: getattr(campaign, name) for name in KEPT}
    for name in DATES:
        at = getattr(campaign, name)
        frame[name] = at.isoformat() if at else None
    frame["group"] = campaign.group_id
    frame[SEGMENTS] = [
        {"budget": cap.id, "segment": cap.segment_id, "units": cap.units, "per": cap.per}
        for cap in _segments(campaign)
    ]
    return frame


def of(version: RuleVersion, campaign: Campaign, known: Mapping[int, Group]) -> Frame:
    """The frame that a version is evaluated with: its own once it is published; in a draft the
    campaign's, with what the draft changes."""
    frame = version.frame if version.published_at else stored(campaign) | version.frame
    starts_at, ends_at = (
        datetime.fromisoformat(frame[name]) if frame[name] else None for name in DATES
    )
    return Frame(
        frame,
        starts_at,
        ends_at,
        known[frame["group"]] if frame["group"] is not None else None,
        tuple(_segments(campaign)),
    )


def _segments(campaign: Campaign) -> list[SegmentCap]:
    rows = sorted(campaign.segment_budgets.all(), key=lambda row: row.pk)
    return [SegmentCap(row.pk, row.segment_id, row.units, row.per) for row in rows if row.is_open]


def budgeted(rule: Rule, frame: Frame) -> Rule:
    """The rule of a draft with the budgets that it brings, which are the campaign's once it is published."""
    kept = frame.kept
    return replace(rule, budget=kept["budget_units"], budget_money=kept["budget_money"])


def segments_told(campaign: Campaign) -> list[dict[str, Any]]:
    """The campaign's budgets for segments, as `revise` takes them."""
    rows = campaign.segment_budgets.filter(is_open=True).select_related("segment").order_by("pk")
    return [{"segment": row.segment.slug, "units": row.units, "per": row.per} for row in rows]


def told(version: RuleVersion, *, besides: Collection[str] = ()) -> dict[str, Any]:
    """The frame that a version was published with, as `apply` takes it."""
    frame = {name: value for name, value in version.frame.items() if name not in besides}
    slugs = dict(Segment.objects.values_list("pk", "slug"))
    frame[SEGMENTS] = [
        {"segment": slugs[cap["segment"]], "units": cap["units"], "per": cap["per"]}
        for cap in frame[SEGMENTS]
    ]
    return frame


def try_on(campaign: Campaign, fields: Mapping[str, Any]) -> None:
    """Raise what `apply` would; the campaign stays as it is."""
    with transaction.atomic():
        apply(Campaign.objects.get(pk=campaign.pk), fields)
        transaction.set_rollback(True)


def as_json(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Changes of a frame as a draft keeps them until it is published."""
    kept = dict(fields)
    for name in DATES:
        if isinstance(kept.get(name), datetime):
            kept[name] = kept[name].isoformat()
    if "group" in kept:
        kept["group"] = kept["group"].pk if isinstance(kept["group"], StackingGroup) else None
    return kept


def apply(campaign: Campaign, fields: Mapping[str, Any]) -> None:
    """Put changes of the frame into the campaign's row, checked, and save it. Raises BadRule naming the
    place, or ValidationError for a field of the row."""
    for name, value in fields.items():
        if name in DATES and isinstance(value, str):
            value = datetime.fromisoformat(value)
        if name == "group" and isinstance(value, int):
            value = StackingGroup.objects.get(pk=value)
        if name == "cost_per_unit":
            value = value or {}
        if name != SEGMENTS:
            setattr(campaign, name, value)
    check_costs(campaign)
    campaign.full_clean()
    campaign.save()
    if SEGMENTS in fields:
        _write_segments(campaign, fields[SEGMENTS])


def check_costs(campaign: Campaign) -> None:
    """A budget in money needs to know what points cost. Raises BadRule."""
    try:
        costs = costs_of(campaign.cost_per_unit)
    except (InvalidOperation, AttributeError, TypeError, ValueError):
        raise BadRule(pointer="/cost_per_unit", why="expected amounts like 0.008 by unit") from None
    if campaign.budget_money is not None and not any(costs.values()):
        raise BadRule(pointer="/cost_per_unit", why="a budget in money needs the cost of a unit")


def costs_of(told: Mapping[str, str]) -> dict[str, Decimal]:
    """Costs in minor units from decimal texts in the currency's own unit, exact to 6 places. Raises
    ValueError, or InvalidOperation, for what is no cost."""
    costs = {}
    for unit, text in told.items():
        if not isinstance(text, str):
            raise ValueError(f"{text!r} is not a text")
        cost = Decimal(text)
        if not cost.is_finite() or not 0 <= cost < 10**6 or round(cost, 6) != cost:
            raise ValueError(f"{text!r} is not a cost")
        costs[unit] = cost.scaleb(exponent(settings.PROGRAMME_CURRENCY))
    return costs


def _write_segments(campaign: Campaign, wanted: Sequence[Mapping[str, Any]]) -> None:
    """Open exactly these budgets; one that is closed keeps what it counted."""
    slugs = [str(each.get("segment")) for each in wanted]
    known = {row.slug: row for row in Segment.objects.filter(slug__in=slugs)}
    SegmentBudget.objects.filter(campaign=campaign).update(is_open=False)
    for place, each in enumerate(wanted):
        where, units = f"/{SEGMENTS}/{place}", each.get("units")
        if each.get("segment") not in known or slugs.count(str(each.get("segment"))) > 1:
            raise BadRule(pointer=f"{where}/segment", why="expected each segment once, by its slug")
        if isinstance(units, bool) or not isinstance(units, int) or not 0 < units <= 10**12:
            raise BadRule(pointer=f"{where}/units", why="expected a whole number above 0")
        if each.get("per", "life") not in WINDOWS:
            raise BadRule(pointer=f"{where}/per", why=f"expected one of {', '.join(WINDOWS)}")
        SegmentBudget.objects.update_or_create(
            campaign=campaign,
            segment=known[str(each["segment"])],
            defaults={"units": units, "per": each.get("per", "life"), "is_open": True},
        )

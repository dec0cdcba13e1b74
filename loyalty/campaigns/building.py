"""What the builder offers for a rule: triggers, conditions, effects and limits."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from loyalty.audiences import building
from loyalty.audiences.domain.fields import ATTRIBUTE
from loyalty.audiences.operations import choices
from loyalty.audiences.operations.choices import Choices
from loyalty.campaigns import effect_kinds
from loyalty.campaigns.domain.rules import WINDOWS
from loyalty.campaigns.models import Campaign, RuleVersion
from loyalty.campaigns.operations import rulebook
from loyalty.campaigns.words import WINDOWS as WINDOWS_IN_WORDS
from loyalty.rewards.models import Reward
from members.models import Tier, Unit
from recognition.models import Achievement, Badge, Streak

TEXTS = {
    "trigger": _("What sets it off"),
    "add_trigger": _("Add a trigger"),
    "effect": _("What is given"),
    "add_effect": _("Add an effect"),
    "extra": _("Add to this"),
    "missing_choice": _("{what} (there is none yet)"),
    "no_limit": _("No limit for one member."),
    "add_limit": _("Set a limit"),
    "times": _("times"),
    "points": _("points"),
    "times_label": _("Times at most"),
    "points_label": _("Points at most"),
    "window": _("In which time"),
    "limit": _("Limit"),
    "add_times": _("Limit the times"),
    "add_points": _("Limit the points"),
}


def offer(campaign: Campaign) -> dict[str, Any]:
    """All that a campaign's rule may be built of, for the page's scripts; a constant number of queries."""
    offered = building.offer(rulebook.catalogue())
    asked = {field["name"]: field["choices"] for field in offered["fields"]}
    kinds = building.as_json(choices.kinds())
    tiers = _given_tiers()
    ladders = _ladders(tiers)
    named = _lists(campaign) | {"tiers": _by_name_alone(tiers)} | ladders.tiers
    lists = {name: building.as_json(known) for name, known in named.items()}
    return offered | {
        "triggers": kinds["values"],
        "effects": [effect_kinds.as_json(kind) for kind in (*effect_kinds.KINDS, *ladders.kinds)],
        "lists": lists | {"kinds": kinds, "categories": asked["order.categories"]},
        "windows": [[window, str(WINDOWS_IN_WORDS[window])] for window in WINDOWS],
        "texts": offered["texts"] | {name: str(text) for name, text in TEXTS.items()},
    }


def _lists(campaign: Campaign) -> dict[str, Choices]:
    """What effects name, of what is given nowadays; a fund pays for points of its own unit only."""
    units = Unit.objects.order_by("pk")
    if campaign.funded_by is not None:
        units = units.filter(pk=campaign.funded_by.unit_id)
    rewards = Reward.objects.filter(state=Reward.State.ACTIVE).order_by("name")
    return {
        "units": Choices(tuple(units.values_list("code", "name"))),
        "badges": _goals(Badge.objects.active()),
        "achievements": _goals(Achievement.objects.active()),
        "streaks": _goals(Streak.objects.active()),
        "rewards": _goals(rewards),
        "doors": _doors(),
        "tags": choices.tags(),
        "attributes": _seen(name.removeprefix(ATTRIBUTE) for name in choices.attributes()),
    }


def _goals(rows: Any) -> Choices:
    return Choices(tuple(rows.order_by("name").values_list("slug", "name")))


def _seen(names: Iterable[str]) -> Choices:
    return Choices(tuple((name, name) for name in names), is_open=True)


def _given_tiers() -> list[tuple[str, str, str, str]]:
    """The tiers that can be given, all but the lowest: the ladder's slug and name, and their own."""
    given = Tier.objects.filter(threshold__gt=0).order_by("group_id", "threshold")
    return list(given.values_list("group__slug", "group__name", "slug", "name"))


def _by_name_alone(tiers: Iterable[tuple[str, str, str, str]]) -> Choices:
    """Those that are called so on one ladder only."""
    named = [(slug, name) for _group, _ladder, slug, name in tiers]
    often = Counter(slug for slug, _name in named)
    return Choices(tuple(row for row in named if often[row[0]] == 1))


@dataclass(frozen=True)
class Ladders:
    """A kind of effect for each ladder, and its tiers to choose from; nothing where there is but one."""

    kinds: tuple[effect_kinds.Kind, ...]
    tiers: dict[str, Choices]


def _ladders(rows: list[tuple[str, str, str, str]]) -> Ladders:
    names = dict(sorted((group, name) for group, name, *_tier in rows))
    if len(names) < 2:
        return Ladders((), {})
    kinds = tuple(effect_kinds.tier_of(group, name) for group, name in names.items())
    tiers = {
        f"tiers_of_{group}": Choices(tuple(row[2:] for row in rows if row[0] == group))
        for group in names
    }
    return Ladders(kinds, tiers)


def _doors() -> Choices:
    """The accesses that rules open."""
    named = RuleVersion.objects.filter(effects__contains=[{"kind": "access"}])
    effects = [effect for row in named.values_list("effects", flat=True) for effect in row]
    names = sorted({str(effect["name"]) for effect in effects if effect.get("kind") == "access"})
    return _seen(names[: choices.MOST])

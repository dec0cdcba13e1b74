"""A rule in plain words: when, if, then, and at most how much."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from loyalty.audiences.domain.conditions import BadTreeError, parse
from loyalty.audiences.domain.sentence import sentence
from loyalty.campaigns.models import RuleVersion, StackingGroup
from loyalty.campaigns.operations import rulebook, wordings
from loyalty.campaigns.operations.frames import DATES
from loyalty.rewards.models import Reward
from members.models import ActivityKind, Tier, Unit
from recognition.models import Achievement, Badge, Streak

WINDOWS = {
    "hour": gettext_lazy("an hour"),
    "day": gettext_lazy("a day"),
    "week": gettext_lazy("a week"),
    "month": gettext_lazy("a month"),
    "year": gettext_lazy("a year"),
    "life": gettext_lazy("ever"),
}

#: How far an order is.
ORDER_STATES = {
    "placed": gettext_lazy("placed"),
    "part_fulfilled": gettext_lazy("sent out in part"),
    "fulfilled": gettext_lazy("sent out"),
    "part_returned": gettext_lazy("came back in part"),
    "returned": gettext_lazy("came back"),
    "cancelled": gettext_lazy("cancelled"),
}

#: What a kind of effect gives, in words; points have words of their own.
SAID = {
    "multiply": gettext_lazy("%(factor)s times the %(unit)s%(within)s"),
    "deduct": gettext_lazy("%(amount)s %(unit)s less, as far as there are any%(times)s"),
    "badge": gettext_lazy("the badge %(badge)s"),
    "achievement": gettext_lazy("%(steps)s towards the achievement %(achievement)s"),
    "streak": gettext_lazy("a day of the streak %(streak)s"),
    "reward": gettext_lazy("the reward %(reward)s, free"),
    "access": gettext_lazy("access to %(name)s %(open_for)s"),
    "tier": gettext_lazy("at least the tier %(tier)s %(open_for)s"),
    "tag": gettext_lazy("the tag %(tag)s %(open_for)s"),
    "attribute": gettext_lazy("%(name)s is set to %(value)s"),
    "message": gettext_lazy("the message “%(subject)s”"),
    "webhook": gettext_lazy("other systems are told: %(topic)s"),
    "extend": gettext_lazy("%(unit)s live %(days)s days more at least"),
}
#: Whose names stand for the slugs in effects of that kind.
NAMED: dict[str, type[Any]] = {
    "badge": Badge,
    "achievement": Achievement,
    "streak": Streak,
    "reward": Reward,
    "tier": Tier,
}
#: What of an effect these words name as it is.
SAYABLE = (
    "factor",
    "amount",
    "badge",
    "achievement",
    "streak",
    "reward",
    "name",
    "tier",
    "tag",
    "value",
    "subject",
    "topic",
    "days",
)


def whole(version: RuleVersion) -> dict[str, Any]:
    """The rule as people read it, part by part."""
    return {
        "when": when(version),
        "if": conditions(version),
        "then": effects(version),
        "limit": limit(version),
    }


def when(version: RuleVersion) -> str:
    """What sets the rule off, by the kinds' titles."""
    titles = dict(
        ActivityKind.objects.filter(name__in=version.triggers).values_list("name", "title")
    )
    return ", ".join(titles.get(name, name) for name in version.triggers)


def conditions(version: RuleVersion) -> str:
    """What it asks, of the fields of its time."""
    known = wordings.known().of(version, rulebook.catalogue())
    try:
        return sentence(parse(version.conditions, known), known.titles)
    except BadTreeError as fault:
        return str(fault)


def effects(version: RuleVersion) -> list[str]:
    """What it gives, one sentence each."""
    units = {code: name.lower() for code, name in Unit.objects.values_list("code", "name")}
    return [_effect(_with_names(effect), units) for effect in version.effects]


def _with_names(effect: dict[str, Any]) -> dict[str, Any]:
    """The effect with the name of what it gives in place of its slug, and of the kind that it waits for."""
    model, named = NAMED.get(effect.get("kind", "")), dict(effect)
    if model is not None:
        found = model.objects.filter(slug=effect.get(effect["kind"])).values_list("name", flat=True)
        named[effect["kind"]] = found.first() or effect.get(effect["kind"])
    if until := (effect.get("pending") or {}).get("until"):
        titles = ActivityKind.objects.filter(name=until).values_list("title", flat=True)
        named["pending"] = effect["pending"] | {"until": f"“{titles.first() or until}”"}
    return named


def limit(version: RuleVersion) -> str:
    """At most how often and how much, for one member."""
    asked = version.limit
    if not asked:
        return _("no limit for one member")
    parts = []
    if asked.get("times"):
        times = ngettext("%(n)s time", "%(n)s times", asked["times"]) % {"n": asked["times"]}
        parts.append(_("once") if asked["times"] == 1 else times)
    if asked.get("units"):
        parts.append(_("%(units)s points") % {"units": asked["units"]})
    return f"{_('at most')} {', '.join(parts)} {WINDOWS.get(asked.get('per'), '')}"


def _effect(effect: dict[str, Any], units: dict[str, str]) -> str:
    kind, unit = effect.get("kind"), units.get(effect.get("unit", ""), effect.get("unit", ""))
    among = ", ".join(effect.get("categories", []))
    within = _(" of %(categories)s") % {"categories": among} if among else ""
    if kind == "earn":
        waits = _wait(effect.get("pending") or {})
        return _earned(effect, unit, within) + waits + _times(effect)
    if kind not in SAID:
        return str(kind)
    days = effect.get("days")
    return str(SAID[kind]) % {
        **{name: effect.get(name) for name in SAYABLE},
        "unit": unit,
        "within": within,
        "steps": effect.get("steps", 1),
        "open_for": _("for %(days)s days") % {"days": days} if days else _("for good"),
        "times": _times(effect),
    }


def _times(effect: dict[str, Any]) -> str:
    """On which of the times it pays."""
    if not effect.get("nth"):
        return ""
    times = ", ".join(map(str, effect["nth"]))
    if effect.get("counted_by") == "serial":
        return _(", on these times of one container: %(times)s") % {"times": times}
    return _(", on these times: %(times)s") % {"times": times}


def _earned(effect: dict[str, Any], unit: str, within: str) -> str:
    if effect.get("amount"):
        return f"{effect['amount']} {unit}"
    return _("%(points)s %(unit)s for each whole %(per)s%(within)s") % {
        "points": effect.get("points", 1),
        "unit": unit,
        "per": effect.get("per"),
        "within": within,
    }


def _wait(pending: dict[str, Any]) -> str:
    if pending.get("days"):
        return _(", active after %(days)s days") % {"days": pending["days"]}
    if pending.get("on"):
        return _(", active on %(day)s") % {"day": pending["on"]}
    if pending.get("until"):
        return _(", active upon %(kind)s") % {"kind": pending["until"]}
    return ""


FRAME = {
    "priority": gettext_lazy("priority"),
    "budget_units": gettext_lazy("budget"),
    "budget_money": gettext_lazy("budget in money"),
    "cost_per_unit": gettext_lazy("cost of one"),
    "pays_partly": gettext_lazy("pays what is left"),
    "group": gettext_lazy("stacking group"),
    "exclusive_category": gettext_lazy("exclusive category"),
    "holdout_percent": gettext_lazy("holdout"),
    "starts_at": gettext_lazy("from"),
    "ends_at": gettext_lazy("until"),
    "segment_budgets": gettext_lazy("budgets for segments"),
}


def differences(before: RuleVersion, after: RuleVersion) -> list[tuple[str, str, str]]:
    """What is different between two versions of a campaign: the part, how it was, how it is. Of the frame
    of a draft only what it changes."""
    parts = [
        (str(_("When")), when(before), when(after)),
        (str(_("If")), conditions(before), conditions(after)),
        (str(_("Then")), "; ".join(effects(before)), "; ".join(effects(after))),
        (str(_("At most")), limit(before), limit(after)),
    ]
    if before.frame:
        parts += [
            (str(name), _framed(key, before.frame.get(key)), _framed(key, after.frame[key]))
            for key, name in FRAME.items()
            if key in after.frame
        ]
    return [part for part in parts if part[1] != part[2]]


def _framed(key: str, value: Any) -> str:
    """A part of a frame as people read it."""
    if key == "group" and value is not None:
        return str(StackingGroup.objects.filter(pk=value).first() or value)
    if key in DATES and value:
        at = timezone.localtime(datetime.fromisoformat(value))
        return date_format(at, "DATETIME_FORMAT")
    return _shown(value)


def _shown(value: Any) -> str:
    """A value of a frame as people read it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value in (None, "", [], {}):
        return "–"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {each}" for key, each in sorted(value.items()))
    if isinstance(value, list):
        return "; ".join(_shown(each) for each in value)
    return str(value)

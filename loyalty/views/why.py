"""Why a line of the statement is there: the rule, its version, and the values that it saw."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty.audiences.domain.fields import words_of
from loyalty.audiences.domain.sentence import shown
from loyalty.campaigns.models import Effect
from loyalty.campaigns.sentences import told_words
from members.models import ActivityKind, Entry


@dataclass(frozen=True, slots=True)
class Value:
    """One value that a rule looked at, and whether it was as the rule wanted."""

    words: str
    seen: str | Promise
    held: bool


@dataclass(frozen=True, slots=True)
class Why:
    """The effect behind an entry, and what its rule saw."""

    effect: Effect
    values: list[Value]
    order: str


def why_of(entry: Entry) -> Why | None:
    """The explanation of an entry that a rule made, or None (a redemption, an expiry, a hand)."""
    effect = _effect_of(entry)
    if effect is None:
        return None
    evaluation = getattr(effect.activity, "evaluation", None)
    traces = evaluation.trace if evaluation else []
    mine = next((each for each in traces if each["rule"] == effect.rule_version_id), None)
    tests = mine["tests"] if mine else []
    asks_of_kinds = any("(" in name for name, *_ in tests)
    titles = dict(ActivityKind.objects.values_list("name", "title")) if asks_of_kinds else {}
    values = [_value(titles, *test) for test in tests]
    return Why(effect, values, str(effect.activity.payload.get("order_id", "")))


def _effect_of(entry: Entry) -> Effect | None:
    """The effect that posted the entry, or whose points it moved on; never another member's."""
    effects = Effect.objects.select_related("campaign", "rule_version", "activity__evaluation")
    if entry.reverses_id is not None:
        # A return's effect posts several entries and can name one of them only.
        of_return = Q(reverses__entry=entry.reverses_id, activity=entry.cause_id)
        own = effects.filter(of_return).first() if entry.cause_kind == "activity" else None
        return own or effects.filter(entry=entry.reverses_id).first()
    if entry.kind == Entry.Kind.TRANSFER:
        return None
    near = effects.filter(entry_id__in=[entry.pk, entry.parent_id])
    return near.order_by("pk").first()


def _value(titles: Mapping[str, str], name: str, _op: str, seen: Any, held: bool) -> Value:
    return Value(
        told_words(words_of(name, titles)), _("nothing") if seen is None else shown(seen), held
    )

"""The rules in force, compiled once per process and kept until their stamp changes."""

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Q, QuerySet

from loyalty.audiences.domain import fields
from loyalty.audiences.domain.conditions import BadTreeError, tests
from loyalty.audiences.domain.fields import Catalogue
from loyalty.audiences.operations.profiles import further_ladders
from loyalty.campaigns.domain.effects import (
    Deduct,
    Earn,
    Extend,
    GiveBadge,
    GiveReward,
    LiftTier,
    Mark,
    Multiply,
    Step,
    compile_effects,
)
from loyalty.campaigns.domain.gates import gate_of, is_open
from loyalty.campaigns.domain.refills import CONFIRMED
from loyalty.campaigns.domain.reviews import Watch
from loyalty.campaigns.domain.rules import Group, Rule, compile_condition, compile_limit
from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.errors import BadRule
from loyalty.campaigns.models import Campaign, ReviewRule, RuleStamp, RuleVersion
from loyalty.campaigns.operations import frames, marks, wordings
from loyalty.campaigns.operations.contents import content_of
from loyalty.campaigns.operations.wordings import Wordings
from loyalty.rewards.models import Fund, Reward
from members.models import Account, ActivityKind, Tier, TierGroup, Unit
from recognition.models import Achievement, Badge, Streak


@dataclass(slots=True)
class Rulebook:
    """Every live rule, by the activity kind that triggers it. `is_capped`: some campaign, live or not,
    has a budget or a fund to which points go back that were promised and are not paid after all.
    `watches`: the rules for looking first."""

    stamp: int
    groups: tuple[int, ...] = ()
    by_kind: dict[str, list[Rule]] = field(default_factory=lambda: defaultdict(list))
    settling: frozenset[str] = frozenset()
    units: dict[str, Unit] = field(default_factory=dict)
    accounts: dict[tuple[int, str], int] = field(default_factory=dict)
    status_units: frozenset[str] = frozenset()
    numbers: dict[int, RuleVersion] = field(default_factory=dict)
    past: dict[int, Rule] = field(default_factory=dict)
    known: Catalogue = field(default_factory=Catalogue)
    wordings: Wordings = field(default_factory=Wordings)
    stacks: dict[int, Group] = field(default_factory=dict)
    is_capped: bool = False
    marks: dict[int, tuple[int, ...]] = field(default_factory=dict)
    watches: tuple[Watch, ...] = ()

    def asked(self, kinds: set[str]) -> list[Rule]:
        """The rules that any of these kinds triggers."""
        return [rule for kind in kinds for rule in self.by_kind.get(kind, ())]

    def sort_out(self, told: Told) -> tuple[list[Rule], list[Rule]]:
        """The rules in force when it happened: those it may set off, and those that its own content
        rules out."""
        rules = self.by_kind.get(told.kind, ())
        content = content_of(told.kind, told.payload) if rules else {}
        asked: list[Rule] = []
        ruled_out: list[Rule] = []
        for rule in rules:
            if rule.covers(told.occurred_at):
                (asked if not rule.gate or is_open(rule, content) else ruled_out).append(rule)
        return asked, ruled_out

    def set_off(self, tolds: Iterable[Told], late: Collection[str] = ()) -> list[Rule]:
        """Every rule that one of these may set off, and all of the kinds that may come `late` with them."""
        found = {rule.version_id: rule for rule in self.asked(set(late))}
        for told in tolds:
            found |= {rule.version_id: rule for rule in self.sort_out(told)[0]}
        return list(found.values())

    def earning(self, kind: str, *, besides: int) -> list[Rule]:
        """The rules that earn per money on this kind and that nobody has to be asked about, as far as
        multipliers go by them; without what caps or stacks them."""
        return [
            unlimited(rule)
            for rule in self.by_kind.get(kind, ())
            if rule.campaign_id != besides
            and not any(tests(rule.condition))
            and rule.earns_per_money
        ]

    def rule(self, version: RuleVersion) -> Rule:
        """Any published version, in force or not, compiled once."""
        if version.pk not in self.past:
            known = self.wordings.of(version, self.known)
            self.past[version.pk] = compile_version(version, version.campaign, known, self.stacks)
        return self.past[version.pk]

    def pending_units(self, rules: Iterable[Rule]) -> set[int]:
        """The units in which these rules may promise points that are not active yet."""
        return {
            self.units[effect.unit].pk
            for rule in rules
            for effect in rule.effects
            if isinstance(effect, Earn) and effect.wait is not None
        }


_known: dict[str, Rulebook] = {}
_lock = Lock()


def counts(rules: Iterable[Rule]) -> bool:
    """Whether any of these rules pays on some of the times only."""
    return any(
        effect.nth is not None
        for rule in rules
        for effect in rule.effects
        if isinstance(effect, Earn | Deduct)
    )


def current() -> Rulebook:
    """The rules in force now. One cheap query; compiles again only after a change."""
    groups = ArraySubquery(TierGroup.objects.order_by("pk").values("pk"))
    found = RuleStamp.objects.annotate(groups=groups).values_list("number", "groups").first()
    stamp, ladders = (found[0], tuple(found[1])) if found else (0, ())
    known = _known.get("now")
    if known is not None and (known.stamp, known.groups) == (stamp, ladders):
        return known
    with _lock:
        book = _compile(stamp, ladders)
        _known["now"] = book
    return book


def capped(of: str = "") -> Q:
    """Campaigns with a budget or a fund; `of` leads to the campaign."""
    return (
        Q(**{f"{of}budget_units__isnull": False})
        | Q(**{f"{of}budget_money__isnull": False})
        | Q(**{f"{of}segment_budgets__isnull": False})
        | Q(**{f"{of}funded_by__isnull": False})
    )


def uncapped(rule: Rule) -> Rule:
    """The rule without the budgets and the fund that cut what it gives."""
    return replace(rule, budget=None, budget_money=None, segments=(), fund=None)


def unlimited(rule: Rule) -> Rule:
    """The rule without limit, budget, fund, holdout and rivals."""
    return replace(uncapped(rule), limit=None, group=None, category="", holdout=0)


def touch() -> None:
    """Say that the rules in force have changed, in the transaction that changes them."""
    # A random number, so that a database restored from a backup is never taken for the one before.
    RuleStamp.objects.update_or_create(pk=1, defaults={"number": secrets.randbits(62)})


def catalogue() -> Catalogue:
    """Every field that a condition may ask about today."""
    rows = ActivityKind.objects.order_by("pk")
    kinds = list(rows.values_list("name", "title", "schema", "is_active"))
    known = fields.with_tiers(fields.standard(), further_ladders())
    known.name_kinds({name: title for name, title, *_ in kinds})
    return fields.with_payload(known, [schema for *_, schema, is_active in kinds if is_active])


def compile_version(
    version: RuleVersion,
    campaign: Campaign,
    known: Catalogue,
    groups: Mapping[int, Group] | None = None,
) -> Rule:
    """A version as a rule. Raises BadRule naming the place of the fault."""
    frame = frames.of(version, campaign, frames.groups() if groups is None else groups)
    ended = frame.ends_at, version.in_force_until, campaign.ended_at
    try:
        return Rule(
            version_id=version.pk or 0,
            campaign_id=campaign.pk,
            campaign=campaign.slug,
            title=campaign.name,
            priority=frame.kept["priority"],
            triggers=frozenset(version.triggers),
            condition=(condition := compile_condition(version.conditions, known)),
            gate=gate_of(condition),
            effects=compile_effects(version.effects),
            limit=compile_limit(version.limit),
            budget=campaign.budget_units,
            pays_partly=frame.kept["pays_partly"],
            fund=campaign.funded_by_id,
            starts_at=max(filter(None, (frame.starts_at, version.in_force_from)), default=None),
            ends_at=min(filter(None, ended), default=None),
            group=frame.group,
            category=frame.kept["exclusive_category"],
            holdout=frame.kept["holdout_percent"],
            budget_money=campaign.budget_money,
            costs=frame.costs,
            segments=frame.segments,
        )
    except BadTreeError as fault:
        raise BadRule(pointer=fault.pointer or "/", why=fault.why) from fault


#: What effects name, where it is looked up, and what it is called when it is not there.
NAMED = (
    ((Earn, Multiply, Extend), "unit", lambda: _words(Unit.objects.all(), "code")),
    ((Deduct,), "unit", lambda: _words(Unit.objects.filter(purpose="spendable"), "code")),
    ((GiveBadge,), "badge", lambda: _words(Badge.objects.all(), "slug")),
    ((Step,), "achievement", lambda: _words(Achievement.objects.all(), "slug")),
    ((Mark,), "streak", lambda: _words(Streak.objects.all(), "slug")),
    ((GiveReward,), "reward", lambda: _words(Reward.objects.all(), "slug")),
)


def check(rule: Rule) -> None:
    """Refuse a rule that names a unit, a badge or whatever else that does not exist, or points that its
    fund does not pay for."""
    for place, effect in enumerate(rule.effects):
        for sorts, word, known in NAMED:
            if isinstance(effect, sorts) and getattr(effect, word) not in known():
                why = f"no {word} {getattr(effect, word)!r}"
                raise BadRule(pointer=f"/effects/{place}/{word}", why=why)
        ladder = effect.nth if isinstance(effect, Earn | Deduct) else None
        if ladder is not None and ladder.by_serial and rule.triggers != {CONFIRMED}:
            why = "only confirmed refills are counted by container"
            raise BadRule(pointer=f"/effects/{place}/counted_by", why=why)
        if isinstance(effect, LiftTier):
            _check_tier(effect, f"/effects/{place}/tier")
    if rule.fund is None:
        return
    paid = Fund.objects.values_list("unit__code", flat=True).get(pk=rule.fund)
    for place, effect in enumerate(rule.effects):
        if isinstance(effect, Earn | Multiply) and effect.unit != paid:
            raise BadRule(pointer=f"/effects/{place}/unit", why=f"its fund pays for {paid!r} only")


def _words(rows: QuerySet[Any], field: str) -> set[str]:
    return set(rows.values_list(field, flat=True))


def _check_tier(effect: LiftTier, pointer: str) -> None:
    """One tier of that name on a ladder, the lowest not: everybody has that."""
    named = Tier.objects.filter(slug=effect.tier, threshold__gt=0)
    if effect.group:
        named = named.filter(group__slug=effect.group)
    if named.count() != 1:
        few = "several ladders have a tier" if named.exists() else "no tier to give is called"
        raise BadRule(pointer=pointer, why=f"{few} {effect.tier!r}")


def _compile(stamp: int, groups: tuple[int, ...]) -> Rulebook:
    book = Rulebook(
        stamp, groups, known=catalogue(), wordings=wordings.known(), stacks=frames.groups()
    )
    book.units = {unit.code: unit for unit in Unit.objects.all()}
    own = Account.objects.filter(member=None, household=None)
    book.accounts = {(row.unit_id, row.kind): row.pk for row in own}
    book.status_units = frozenset(TierGroup.objects.values_list("unit__code", flat=True))
    settling: set[str] = set()
    # What a campaign's dates allow goes by when something happened: it may come later, and be told late.
    state = Campaign.State
    running = Q(campaign__state__in=[state.LIVE, state.SCHEDULED, state.PAUSED]) | Q(
        campaign__state=state.ENDED, campaign__ended_at__isnull=False
    )
    versions = RuleVersion.objects.filter(running, published_at__isnull=False)
    for version in versions.select_related("campaign").prefetch_related(
        "campaign__segment_budgets"
    ):
        rule = book.rule(version)
        if (
            rule.starts_at is not None
            and rule.ends_at is not None
            and rule.ends_at <= rule.starts_at
        ):
            continue  # taken back before it came into force
        # What a campaign promised before it paused is kept.
        for effect in rule.effects:
            if isinstance(effect, Earn) and effect.wait is not None:
                settling |= {effect.wait.confirmed_by, effect.wait.cancelled_by} - {""}
        if version.campaign.state == state.PAUSED:
            continue
        book.numbers[version.pk] = version
        for kind in rule.triggers:
            book.by_kind[kind].append(rule)
    book.settling = frozenset(settling)
    book.marks = marks.watched(book.by_kind.get(marks.REACHED, ()), book.units)
    book.is_capped = Campaign.objects.filter(capped()).exists()
    watching = ReviewRule.objects.filter(state=ReviewRule.State.ACTIVE).select_related("unit")
    book.watches = tuple(rule.as_watch() for rule in watching.order_by("slug"))
    return book

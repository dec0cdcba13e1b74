"""The rules in force, compiled once per process and kept until their stamp changes."""

import secrets
from collections import defaultdict
from dataclasses import dataclass, field
from threading import Lock

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Q

from loyalty.audiences.domain import fields
from loyalty.audiences.domain.conditions import BadTreeError, tests
from loyalty.audiences.domain.fields import Catalogue
from loyalty.audiences.operations.profiles import further_ladders
from loyalty.campaigns.domain.reviews import Watch
from loyalty.campaigns.domain.rules import (
    Earn,
    Extend,
    GiveBadge,
    Multiply,
    Rule,
    compile_condition,
    compile_effects,
    compile_limit,
)
from loyalty.campaigns.errors import BadRule
from loyalty.campaigns.models import Campaign, ReviewRule, RuleStamp, RuleVersion
from loyalty.rewards.models import Fund
from members.models import Account, ActivityKind, TierGroup, Unit
from recognition.models import Badge


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
    is_capped: bool = False
    watches: tuple[Watch, ...] = ()

    def asked(self, kinds: set[str]) -> list[Rule]:
        """The rules that any of these kinds triggers."""
        return [rule for kind in kinds for rule in self.by_kind.get(kind, ())]

    def rule(self, version: RuleVersion) -> Rule:
        """Any published version, in force or not, compiled once."""
        if version.pk not in self.past:
            self.past[version.pk] = compile_version(version, version.campaign, catalogue())
        return self.past[version.pk]

    def needs(self, kinds: set[str], prefix: str) -> bool:
        """Whether any of those rules asks about a field that starts with `prefix`."""
        return any(
            test.field.name.startswith(prefix)
            for rule in self.asked(kinds)
            for test in tests(rule.condition)
        )

    def pending_units(self, kinds: set[str]) -> set[int]:
        """The units in which rules for these kinds may promise points that are not active yet."""
        return {
            self.units[effect.unit].pk
            for rule in self.asked(kinds)
            for effect in rule.effects
            if isinstance(effect, Earn) and effect.wait is not None
        }


_known: dict[str, Rulebook] = {}
_lock = Lock()


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


def touch() -> None:
    """Say that the rules in force have changed, in the transaction that changes them."""
    # A random number, so that a database restored from a backup is never taken for the one before.
    RuleStamp.objects.update_or_create(pk=1, defaults={"number": secrets.randbits(62)})


def catalogue() -> Catalogue:
    """Every field that a condition may ask about today."""
    schemas = ActivityKind.objects.filter(is_active=True).values_list("schema", flat=True)
    known = fields.with_tiers(fields.standard(), further_ladders())
    return fields.with_payload(known, list(schemas))


def compile_version(version: RuleVersion, campaign: Campaign, known: Catalogue) -> Rule:
    """A version as a rule. Raises BadRule naming the place of the fault."""
    try:
        return Rule(
            version_id=version.pk or 0,
            campaign_id=campaign.pk,
            campaign=campaign.slug,
            title=campaign.name,
            priority=campaign.priority,
            triggers=frozenset(version.triggers),
            condition=compile_condition(version.conditions, known),
            effects=compile_effects(version.effects),
            limit=compile_limit(version.limit),
            budget=campaign.budget_units,
            pays_partly=campaign.pays_partly,
            fund=campaign.funded_by_id,
            starts_at=max(filter(None, (campaign.starts_at, version.in_force_from)), default=None),
            ends_at=min(filter(None, (campaign.ends_at, version.in_force_until)), default=None),
        )
    except BadTreeError as fault:
        raise BadRule(pointer=fault.pointer or "/", why=fault.why) from fault


def check(rule: Rule) -> None:
    """Refuse a rule that names a unit or a badge that does not exist, or points that its fund does not
    pay for."""
    units = set(Unit.objects.values_list("code", flat=True))
    badges = set(Badge.objects.values_list("slug", flat=True))
    for place, effect in enumerate(rule.effects):
        if isinstance(effect, GiveBadge) and effect.badge not in badges:
            raise BadRule(pointer=f"/effects/{place}/badge", why=f"no badge {effect.badge!r}")
        if isinstance(effect, Earn | Extend | Multiply) and effect.unit not in units:
            raise BadRule(pointer=f"/effects/{place}/unit", why=f"no unit {effect.unit!r}")
    if rule.fund is None:
        return
    paid = Fund.objects.values_list("unit__code", flat=True).get(pk=rule.fund)
    for place, effect in enumerate(rule.effects):
        if isinstance(effect, Earn | Multiply) and effect.unit != paid:
            raise BadRule(pointer=f"/effects/{place}/unit", why=f"its fund pays for {paid!r} only")


def _compile(stamp: int, groups: tuple[int, ...]) -> Rulebook:
    book, known = Rulebook(stamp, groups), catalogue()
    book.units = {unit.code: unit for unit in Unit.objects.all()}
    own = Account.objects.filter(member=None, household=None)
    book.accounts = {(row.unit_id, row.kind): row.pk for row in own}
    book.status_units = frozenset(TierGroup.objects.values_list("unit__code", flat=True))
    settling: set[str] = set()
    versions = RuleVersion.objects.filter(
        campaign__state=Campaign.State.LIVE, published_at__isnull=False
    ).select_related("campaign")
    for version in versions:
        rule = compile_version(version, version.campaign, known)
        book.numbers[version.pk] = version
        for kind in rule.triggers:
            book.by_kind[kind].append(rule)
        for effect in rule.effects:
            if isinstance(effect, Earn) and effect.wait is not None:
                settling |= {effect.wait.confirmed_by, effect.wait.cancelled_by} - {""}
    book.settling = frozenset(settling)
    capped = Q(budget_units__isnull=False) | Q(funded_by__isnull=False)
    book.is_capped = Campaign.objects.filter(capped).exists()
    watching = ReviewRule.objects.filter(state=ReviewRule.State.ACTIVE).select_related("unit")
    book.watches = tuple(rule.as_watch() for rule in watching.order_by("slug"))
    return book

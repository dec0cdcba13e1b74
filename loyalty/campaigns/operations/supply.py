"""What there is to give: which badges, achievements and tiers stand, and how much is left of rewards.

Rewards that are counted are locked after budgets and funds, and before accounts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Sum

from loyalty.campaigns.domain.effects import Deduct, GiveBadge, GiveReward, LiftTier, Mark, Step
from loyalty.campaigns.domain.given import Supply
from loyalty.campaigns.domain.rules import Rule
from loyalty.campaigns.operations.people import Company, Person
from loyalty.campaigns.operations.rulebook import Rulebook
from loyalty.rewards.models import Reward
from loyalty.rewards.operations import presents
from members.domain.sentences import kept
from members.models import Account, OpenLot, Tier, Unit
from recognition.models import Achievement, Badge, Streak

#: What has a name under which it is looked up.
Thing = GiveBadge | GiveReward | LiftTier | Mark | Step

#: A lot that ends within this is not taken from: it may be over before the entry is posted.
MARGIN = timedelta(minutes=1)


def names(rules: Iterable[Rule], sort: type[Thing]) -> set[str]:
    """What these rules may give of one sort of thing, by name."""
    return {effect.name for rule in rules for effect in rule.effects if isinstance(effect, sort)}


def lock(rules: Sequence[Rule]) -> dict[str, Reward]:
    """Lock the rewards that these rules may give, in order. No query when there are none."""
    wanted = names(rules, GiveReward)
    return presents.lock(wanted) if wanted else {}


def learn(company: Company, book: Rulebook, rules: Sequence[Rule], at: datetime) -> None:
    """Read what there is to give by these rules, and what members can lose."""
    company.supply = _read(rules, company.rewards, at)
    for person in company.people.values():
        person.uses.supply = company.supply
    _count_wallets(book, rules, company.people.values(), at)


def add(person: Person, unit: Unit, amount: int, *, ends: datetime, at: datetime) -> None:
    """Count what was just earned as something that can be taken. Who owes repays with it first."""
    if ends > at + MARGIN and not person.has_owed:
        person.uses.wallets[unit.code] = person.uses.wallets.get(unit.code, 0) + amount


def _read(rules: Sequence[Rule], rewards: Mapping[str, Reward], at: datetime) -> Supply:
    """One query for each kind of thing that these rules may give."""
    supply = Supply()
    for slug in names(rules, GiveReward):
        reward = rewards.get(slug)
        if reward is None or not presents.is_on_offer(reward, at):
            supply.missing["reward", slug] = kept("The reward %(name)s is not on offer") % {
                "name": slug
            }
        elif reward.left is not None:
            supply.left[slug] = reward.left
    standing = (
        ("badge", GiveBadge, Badge.objects.active()),
        ("step", Step, Achievement.objects.active()),
        ("streak", Mark, Streak.objects.active()),
    )
    for kind, sort, rows in standing:
        if wanted := names(rules, sort):
            found = set(rows.filter(slug__in=wanted).values_list("slug", flat=True))
            for slug in wanted - found:
                supply.missing[kind, slug] = kept("%(name)s is not given any more") % {"name": slug}
    if wanted := names(rules, LiftTier):
        known = tiers_named(wanted)
        for name in wanted - set(known):
            supply.missing["tier", name] = kept("There is no tier %(name)s") % {
                "name": name.strip("/")
            }
    return supply


def tiers_named(wanted: Iterable[str]) -> dict[str, Tier]:
    """The tiers of these names ("group/tier", or "/tier" where only one ladder has it)."""
    found: dict[str, list[Tier]] = defaultdict(list)
    for tier in Tier.objects.filter(threshold__gt=0).select_related("group"):
        found[f"{tier.group.slug}/{tier.slug}"].append(tier)
        found[f"/{tier.slug}"].append(tier)
    return {name: found[name][0] for name in wanted if len(found.get(name, ())) == 1}


def _count_wallets(
    book: Rulebook, rules: Sequence[Rule], people: Iterable[Person], at: datetime
) -> None:
    """What each could spend of the units that these rules take from. One query, or none."""
    codes = {effect.unit for rule in rules for effect in rule.effects if isinstance(effect, Deduct)}
    if not codes:
        return
    owners = {
        person.accounts[unit.pk, Account.Kind.WALLET]: (person, unit.code)
        for person in people
        for unit in (book.units[code] for code in codes)
        if (unit.pk, Account.Kind.WALLET) in person.accounts
    }
    lots = OpenLot.objects.filter(account__in=owners, expires_at__gt=at + MARGIN)
    for account_id, left in lots.values_list("account").annotate(left=Sum("remaining")):
        person, code = owners[account_id]
        person.uses.wallets[code] = left

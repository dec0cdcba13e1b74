"""What should be thought about before a campaign is published, and what forbids it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from loyalty.audiences.domain.conditions import tests
from loyalty.campaigns.domain.effects import Earn, Multiply
from loyalty.campaigns.domain.rules import Rule
from loyalty.campaigns.errors import GuardRails, WarningsNotConfirmed
from loyalty.campaigns.models import BudgetUse, Campaign, RuleVersion
from loyalty.campaigns.operations import forecasts, frames, rulebook
from members import clock

BLOCK, WARN = "block", "warn"


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing about a campaign: it forbids publishing (`block`), or has to be confirmed (`warn`)."""

    level: str
    code: str
    words: str


def concerns(campaign: Campaign, version: RuleVersion | None = None) -> list[Concern]:
    """Everything about the campaign's draft, with the frame it brings; what forbids it comes first."""
    version = version or campaign.versions.filter(published_at=None).first()
    if version is None:
        return []
    rule = rulebook.compile_version(version, campaign, rulebook.catalogue())
    frame = frames.of(version, campaign, frames.groups())
    if version.published_at is None:
        rule = frames.budgeted(rule, frame)
    found = [
        *_about_dates(frame.starts_at, frame.ends_at),
        *_about_caps(rule),
        *_about_funds(campaign),
        *_about_others(rule),
        *_about_size(rule),
    ]
    return sorted(found, key=lambda concern: concern.level)


def check(campaign: Campaign, version: RuleVersion, *, confirms: bool) -> None:
    """Refuse what is forbidden, and what is only thought about unless somebody `confirms`."""
    found = concerns(campaign, version)
    blocks = [concern.words for concern in found if concern.level == BLOCK]
    if blocks:
        raise GuardRails(reasons=" ".join(blocks))
    if found and not confirms:
        raise WarningsNotConfirmed(reasons=" ".join(concern.words for concern in found))


def _about_dates(starts_at: datetime | None, ends_at: datetime | None) -> Iterator[Concern]:
    now = clock.now()
    if ends_at is not None and ends_at <= now:
        yield Concern(BLOCK, "over_already", _("Its last day has passed."))
    elif starts_at is not None and starts_at < now:
        words = _("It starts in the past: what happened since then and is told late counts too.")
        yield Concern(WARN, "starts_in_the_past", words)


def _about_caps(rule: Rule) -> Iterator[Concern]:
    gives = {effect.unit for effect in rule.effects if isinstance(effect, Earn | Multiply)}
    if not gives:
        return
    is_budgeted = rule.is_capped or rule.fund is not None
    if rule.limit is None and not is_budgeted:
        words = _("It has neither a budget nor a limit for one member.")
        yield Concern(WARN, "no_cap", words)
    most = rule.limit.units if rule.limit is not None else None
    if most is not None and rule.budget is not None and most > rule.budget:
        words = _("One member may get %(most)s, more than the whole budget of %(budget)s.")
        words %= {"most": most, "budget": rule.budget}
        yield Concern(BLOCK, "cap_above_budget", words)
    if rule.budget_money is not None and (free := sorted(gives - set(rule.costs))):
        words = _("Its budget in money does not say what one of %(units)s costs.")
        yield Concern(BLOCK, "no_cost", words % {"units": ", ".join(free)})
    spent = BudgetUse.objects.filter(pk=rule.campaign_id).first()
    if spent is not None:
        yield from _about_spent(rule, spent)
    if rule.holdout and not any(tests(rule.condition)):
        words = _("It promises something to everybody, and leaves %(percent)s of a hundred out.")
        yield Concern(WARN, "holdout_of_all", words % {"percent": rule.holdout})


def _about_spent(rule: Rule, spent: BudgetUse) -> Iterator[Concern]:
    budgets = ((spent.units, rule.budget), (spent.money, rule.budget_money))
    if any(budget is not None and used > budget for used, budget in budgets):
        words = _("More than its budget has been given already.")
        yield Concern(BLOCK, "budget_too_small", words)
    elif any(budget is not None and used == budget for used, budget in budgets):
        yield Concern(WARN, "budget_used_up", _("Its budget is used up already."))


def _about_funds(campaign: Campaign) -> Iterator[Concern]:
    fund = campaign.funded_by
    if fund is None:
        return
    left = fund.purse_at(clock.now()).left
    if left is not None and left <= 0:
        words = _("The fund that pays for it, %(fund)s, is empty.") % {"fund": fund.name}
        yield Concern(BLOCK, "fund_empty", words)


def _about_others(rule: Rule) -> Iterator[Concern]:
    """Campaigns that reward the same in the same time, unless they stack with it on purpose."""
    running = Q(campaign__state__in=[Campaign.State.LIVE, Campaign.State.SCHEDULED])
    versions = RuleVersion.objects.filter(
        running,
        published_at__isnull=False,
        in_force_until=None,
        triggers__overlap=list(rule.triggers),
    ).exclude(campaign=rule.campaign_id)
    known, stacks = rulebook.catalogue(), frames.groups()
    others = [
        rulebook.compile_version(version, version.campaign, known, stacks)
        for version in versions.select_related("campaign").prefetch_related(
            "campaign__segment_budgets"
        )
    ]
    names = sorted(other.title for other in others if _overlap(rule, other))
    if names:
        words = _("It rewards what is rewarded already, at the same time: %(names)s.")
        yield Concern(WARN, "overlap", words % {"names": ", ".join(names)})


def _overlap(one: Rule, other: Rule) -> bool:
    if (one.category and one.category == other.category) or (
        one.group is not None and one.group == other.group
    ):
        return False
    if not _units(one) & _units(other):
        return False
    mine, theirs = _categories(one), _categories(other)
    return bool(mine & theirs if mine or theirs else True) and _at_the_same_time(one, other)


def _units(rule: Rule) -> set[str]:
    return {effect.unit for effect in rule.effects if isinstance(effect, Earn | Multiply)}


def _categories(rule: Rule) -> set[str]:
    """The categories that it is about: of its effects, and of its tests of what was bought."""
    found: set[str] = set()
    for effect in rule.effects:
        if isinstance(effect, Earn | Multiply):
            found |= effect.categories
    for test in tests(rule.condition):
        if test.field.name == "order.categories" and test.op in ("has", "has_any"):
            found |= test.value if isinstance(test.value, frozenset) else {test.value}
    return found


def _at_the_same_time(one: Rule, other: Rule) -> bool:
    def is_before(first: Rule, second: Rule) -> bool:
        return (
            first.ends_at is not None
            and second.starts_at is not None
            and first.ends_at <= second.starts_at
        )

    return not is_before(one, other) and not is_before(other, one)


def _about_size(rule: Rule) -> Iterator[Concern]:
    """What the last weeks say it would give, against its budget and what the programme bears."""
    forecast = forecasts.forecast(rule, days=settings.FORECAST_DAYS)
    if not forecast.units:
        return
    said = {"units": forecast.units, "days": settings.FORECAST_DAYS, "members": forecast.members}
    most = settings.FORECAST_MOST_UNITS
    if most and forecast.units > most:
        words = _(
            "By the last %(days)s days it would give %(units)s, more than the %(most)s allowed."
        )
        yield Concern(BLOCK, "too_much", words % (said | {"most": most}))
    elif rule.budget is not None and forecast.units > rule.budget:
        words = _(
            "By the last %(days)s days it would give %(units)s, more than its budget of %(budget)s."
        )
        yield Concern(WARN, "above_budget", words % (said | {"budget": rule.budget}))

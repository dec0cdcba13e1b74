"""Campaigns to start from: each a whole rule that can be published as it is, or changed in the builder."""

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from loyalty.campaigns.models import Campaign
from loyalty.campaigns.operations import campaigns
from members.domain.actors import Actor


@dataclass(frozen=True, slots=True)
class Recipe:
    """A campaign's frame and rule. `why` says in two lines what it is for and what to change first."""

    slug: str
    name: str | Promise
    why: tuple[str | Promise, str | Promise]
    triggers: tuple[str, ...]
    effects: tuple[dict[str, Any], ...]
    conditions: dict[str, Any] = field(default_factory=dict)
    limit: dict[str, Any] = field(default_factory=dict)
    frame: dict[str, Any] = field(default_factory=dict)

    @property
    def rule(self) -> dict[str, Any]:
        """The rule as it is written."""
        return {
            "triggers": list(self.triggers),
            "conditions": self.conditions,
            "effects": list(self.effects),
            "limit": self.limit,
        }


def _points(amount: int, **more: Any) -> dict[str, Any]:
    return {"kind": "earn", "unit": "points", "amount": amount, **more}


def _test(name: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": name, "op": op, "value": value}


RECIPES: tuple[Recipe, ...] = (
    Recipe(
        "spend",
        _("Spend"),
        (
            _("Points for every order, by what was paid for it."),
            _("Change how many points, and for each whole what."),
        ),
        ("order.placed",),
        ({"kind": "earn", "unit": "points", "points": 1, "per": "1.00"},),
    ),
    Recipe(
        "refill-ladder",
        _("Refill ladder"),
        (
            _("A bonus on the first, the third and the tenth refill that was confirmed."),
            _("Change the steps; a refill counts once its container was inspected."),
        ),
        ("refill.confirmed",),
        (_points(50, nth=[1, 3, 10]),),
    ),
    Recipe(
        "review",
        _("Review"),
        (
            _("Points for a published review, whatever it says of the article."),
            _("Twice a week at most, so that nobody writes for the points alone."),
        ),
        ("review.published",),
        (_points(10),),
        limit={"times": 2, "per": "week"},
    ),
    Recipe(
        "referral",
        _("Referral"),
        (
            _("Points for bringing a friend, once the friend has kept a first purchase."),
            _("Ten friends a year at most; the return window is among the terms for referrals."),
        ),
        ("referral.first_purchase",),
        (_points(200),),
        _test("activity.side", "is", "advocate"),
        {"times": 10, "per": "year"},
    ),
    Recipe(
        "first-purchase",
        _("First purchase"),
        (
            _("A welcome for the first order of at least 20."),
            _("Held back for two weeks, so that an order which comes back earns nothing."),
        ),
        ("order.placed",),
        (_points(100, pending={"days": 14}),),
        {
            "all": [
                _test("history.orders", "is", 0),
                _test("order.base", "at_least", "20.00"),
            ]
        },
        {"times": 1, "per": "life"},
    ),
    Recipe(
        "win-back",
        _("Win-back"),
        (
            _("A warm welcome for the first order after three months without one."),
            _("Change the days; a message beforehand is a campaign of its own."),
        ),
        ("order.placed",),
        (_points(150),),
        {
            "field": "history.days_since",
            "op": "at_least",
            "value": 90,
            "of": {"kind": "order.placed"},
        },
        {"times": 1, "per": "year"},
    ),
    Recipe(
        "event-bonus",
        _("Event bonus window"),
        (
            _("Extra points for coming to an event on a weekday evening."),
            _("Change the hours, or set the campaign's dates to one festival."),
        ),
        ("event.attended",),
        (_points(60),),
        {
            "all": [
                _test("when.hour", "at_least", 17),
                _test("when.hour", "less_than", 22),
                _test("when.weekday", "at_most", 5),
            ]
        },
        {"times": 1, "per": "day"},
    ),
    Recipe(
        "birthday",
        _("Birthday"),
        (
            _("A present on the birthday, at the member's own midnight."),
            _("Once a year, even if the date is changed."),
        ),
        ("birthday.reached",),
        (_points(100),),
        limit={"times": 1, "per": "year"},
    ),
    Recipe(
        "sustainability",
        _("Sustainability"),
        (
            _("Points for every container that comes back, paid once it was accepted."),
            _("Choose your green unit instead of points, if the programme has one."),
        ),
        ("refill.returned",),
        (_points(15, pending={"until": "refill.confirmed", "cancelled_by": "refill.rejected"}),),
        limit={"times": 20, "per": "month"},
    ),
    Recipe(
        "tier-boost",
        _("Tier boost"),
        (
            _("Twice the status points for a while, for those who are almost there."),
            _("Change the tier, the month and the factor; it multiplies what other rules earn."),
        ),
        ("order.placed",),
        ({"kind": "multiply", "unit": "status", "factor": "2"},),
        {"all": [_test("member.tier", "is", "silver"), _test("when.month", "is", 11)]},
        {"units": 500, "per": "month"},
        {"pays_partly": True},
    ),
)


def find(slug: str) -> Recipe | None:
    """The recipe of this name."""
    return next((recipe for recipe in RECIPES if recipe.slug == slug), None)


@transaction.atomic
def start(recipe: Recipe, *, actor: Actor) -> Campaign:
    """A new draft with this recipe's rule. Raises BadRule when the programme lacks what it names."""
    campaign = campaigns.draft(
        str(recipe.name),
        slug=_free_slug(slugify(recipe.slug)),
        description=str(recipe.why[0]),
        actor=actor,
        **recipe.frame,
    )
    campaigns.write_rule(campaign, actor=actor, **recipe.rule)
    return campaign


def _free_slug(wanted: str) -> str:
    """The slug, with a number where the campaign before has it already."""
    taken = set(Campaign.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    number = 2
    slug = wanted
    while slug in taken:
        slug, number = f"{wanted}-{number}", number + 1
    return slug

"""The kinds of effect as the builder offers them: in words, with their inputs.

This is the one description: the builder makes a card of each kind, and a test compiles every card that it
can make. A new kind of effect is one more description here.

A kind `says` a phrase with its inputs in braces. Optional parts add a phrase each; of those in the same
`group` an effect has one. An input's name is its place in the effect's JSON, `/` going deeper.
"""

from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Input:
    """One thing to fill in. `type` is whole, wholes, factor, money, date, text, name, choice or texts; or
    fixed, which is always what it starts with, and is read as its label.

    `choices` names the list to choose from; `start` is what a new one holds (for a choice: the first), and
    what is meant where an `is_optional` one is left out.
    """

    name: str
    type: str
    label: str | Promise
    start: Any = None
    choices: str = ""
    most: int = 10**9
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A phrase that an effect may have besides, with its inputs."""

    name: str
    label: str | Promise
    says: str | Promise
    inputs: tuple[Input, ...]
    group: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """What can be given. Two kinds may share the `kind` of their JSON and differ in their inputs."""

    name: str
    kind: str
    title: str | Promise
    says: str | Promise
    inputs: tuple[Input, ...]
    parts: tuple[Part, ...] = field(default=())


UNIT = Input("unit", "choice", _("Unit"), choices="units")
DAYS = Input("days", "whole", _("Days"), start=30, most=3660)
CATEGORIES = Part(
    "categories",
    _("only for categories"),
    _("of {categories}"),
    (Input("categories", "texts", _("Categories"), choices="categories"),),
)
WAITS = (
    Part(
        "wait_days",
        _("active after some days"),
        _(", active after {pending/days} days"),
        (Input("pending/days", "whole", _("Days until active"), start=14, most=3660),),
        group="pending",
    ),
    Part(
        "wait_on",
        _("active on a date"),
        _(", active on {pending/on}"),
        (Input("pending/on", "date", _("Active on")),),
        group="pending",
    ),
    Part(
        "wait_until",
        _("active once confirmed"),
        _(", active upon {pending/until}, cancelled by {pending/cancelled_by}"),
        (
            Input("pending/until", "choice", _("Confirmed by"), "refill.confirmed", "kinds"),
            Input(
                "pending/cancelled_by",
                "choice",
                _("Cancelled by"),
                "refill.rejected",
                "kinds",
                is_optional=True,
            ),
        ),
        group="pending",
    ),
)
LADDER = (
    Part(
        "nth_of_one",
        _("only on some of the times of one container"),
        _(", only on the times {nth} of one {counted_by}"),
        (
            Input("nth", "wholes", _("Times that pay"), start=[1, 3, 10], most=10_000),
            Input("counted_by", "fixed", _("container"), start="serial"),
        ),
        group="nth",
    ),
    Part(
        "nth",
        _("only on some of the times"),
        _(", only on the times {nth}"),
        (Input("nth", "wholes", _("Times that pay"), start=[1, 3, 10], most=10_000),),
        group="nth",
    ),
)
FOR_DAYS = (Part("days", _("for some days"), _("for {days} days"), (DAYS,)),)

KINDS: tuple[Kind, ...] = (
    Kind(
        "earn",
        "earn",
        _("Points for doing it"),
        _("{amount} {unit}"),
        (Input("amount", "whole", _("Amount"), start=10), UNIT),
        (*WAITS, *LADDER),
    ),
    Kind(
        "earn_per",
        "earn",
        _("Points by the order's value"),
        _("{points} {unit} for each whole {per}"),
        (
            Input("points", "whole", _("Points"), start=1, is_optional=True),
            UNIT,
            Input("per", "money", _("For each whole"), start="1.00"),
        ),
        (CATEGORIES, *WAITS, *LADDER),
    ),
    Kind(
        "multiply",
        "multiply",
        _("Times the points"),
        _("{factor} times the {unit}"),
        (Input("factor", "factor", _("Factor"), start="2", most=100), UNIT),
        (CATEGORIES,),
    ),
    Kind(
        "deduct",
        "deduct",
        _("Points taken"),
        _("take {amount} {unit}"),
        (Input("amount", "whole", _("Amount"), start=10), UNIT),
        LADDER,
    ),
    Kind(
        "badge",
        "badge",
        _("A badge"),
        _("the badge {badge}"),
        (Input("badge", "choice", _("Badge"), choices="badges"),),
    ),
    Kind(
        "achievement",
        "achievement",
        _("Steps of an achievement"),
        _("{steps} steps towards {achievement}"),
        (
            Input("steps", "whole", _("Steps"), start=1, is_optional=True),
            Input("achievement", "choice", _("Achievement"), choices="achievements"),
        ),
    ),
    Kind(
        "streak",
        "streak",
        _("A day of a streak"),
        _("a day of {streak}"),
        (Input("streak", "choice", _("Streak"), choices="streaks"),),
    ),
    Kind(
        "reward",
        "reward",
        _("A reward, free"),
        _("the reward {reward}"),
        (Input("reward", "choice", _("Reward"), choices="rewards"),),
    ),
    Kind(
        "tier",
        "tier",
        _("A tier for some days"),
        _("at least the tier {tier} for {days} days"),
        (Input("tier", "choice", _("Tier"), choices="tiers"), DAYS),
    ),
    Kind(
        "tag",
        "tag",
        _("A tag"),
        _("the tag {tag}"),
        (Input("tag", "name", _("Tag"), "regular", "tags", most=60),),
        FOR_DAYS,
    ),
    Kind(
        "attribute",
        "attribute",
        _("A value of an attribute"),
        _("note that {name} is {value}"),
        (
            Input("name", "name", _("Attribute"), "size", "attributes", most=60),
            Input("value", "text", _("Value"), "medium", most=200),
        ),
    ),
    Kind(
        "message",
        "message",
        _("A message to the member"),
        _("the message {subject}: {text}"),
        (
            Input("subject", "text", _("Subject"), _("Thank you"), most=150),
            Input("text", "text", _("Text"), _("Thank you for coming."), most=5000),
        ),
        (
            Part(
                "topic",
                _("under a topic"),
                _("under the topic {topic}"),
                (Input("topic", "text", _("Topic"), "campaign", most=40),),
            ),
        ),
    ),
    Kind(
        "webhook",
        "webhook",
        _("A call to other systems"),
        _("tell other systems under {topic}"),
        (Input("topic", "text", _("Topic"), "campaign.given", most=60),),
    ),
    Kind(
        "access",
        "access",
        _("Access to something"),
        _("access to {name}"),
        (Input("name", "text", _("Access"), "early-access", "doors", most=80),),
        FOR_DAYS,
    ),
    Kind(
        "extend",
        "extend",
        _("A longer life for points"),
        _("{unit} live {days} days more at least"),
        (UNIT, DAYS),
    ),
)


def tier_of(slug: str, name: str) -> Kind:
    """A tier of one ladder, where there are several."""
    return Kind(
        f"tier_of_{slug}",
        "tier",
        _("A tier of %(ladder)s for some days") % {"ladder": name},
        _("at least the tier {tier} of {group} for {days} days"),
        (
            Input("tier", "choice", _("Tier"), choices=f"tiers_of_{slug}"),
            Input("group", "fixed", name, start=slug),
            DAYS,
        ),
    )


def as_json(kind: Kind) -> dict[str, Any]:
    """A kind, for the page's scripts."""
    return {
        "name": kind.name,
        "kind": kind.kind,
        "title": str(kind.title),
        "says": str(kind.says),
        "inputs": [_input(each) for each in kind.inputs],
        "parts": [
            {
                "name": part.name,
                "label": str(part.label),
                "says": str(part.says),
                "group": part.group,
                "inputs": [_input(each) for each in part.inputs],
            }
            for part in kind.parts
        ],
    }


def _input(asked: Input) -> dict[str, Any]:
    return {
        "name": asked.name,
        "type": asked.type,
        "label": str(asked.label),
        "start": str(asked.start) if isinstance(asked.start, Promise) else asked.start,
        "choices": asked.choices,
        "most": asked.most,
        "optional": asked.is_optional,
    }

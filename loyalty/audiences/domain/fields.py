"""What a condition may ask about: the field catalogue.

A field has a name, a type, and words for people. The values come from `Facts`, a mapping that the
caller fills (the campaign engine from an activity and a member).
"""

from dataclasses import dataclass
from enum import StrEnum


class Type(StrEnum):
    """What a field holds, which decides the comparisons that fit it."""

    TEXT = "text"
    TEXTS = "texts"
    NUMBER = "number"
    MONEY = "money"
    FLAG = "flag"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a condition may ask about. `words` is how a sentence names it."""

    name: str
    type: Type
    words: str


class Catalogue(dict[str, Field]):
    """Fields by name."""

    def add(self, name: str, type: Type, words: str) -> None:
        """Add one field."""
        self[name] = Field(name, type, words)


#: About the member, what they did before, and the day: what can be asked at any time.
OF_MEMBERS = (
    ("member.tier", Type.TEXT, "the tier"),
    ("member.language", Type.TEXT, "the language"),
    ("member.days_since_joining", Type.NUMBER, "the days since joining"),
    ("member.has_birthday", Type.FLAG, "it is the birthday"),
    ("history.orders", Type.NUMBER, "the number of earlier orders"),
    ("history.refills", Type.NUMBER, "the number of earlier confirmed refills"),
    ("when.date", Type.DATE, "the date"),
    ("when.weekday", Type.NUMBER, "the day of the week (1 is Monday)"),
    ("when.month", Type.NUMBER, "the month"),
    ("when.hour", Type.NUMBER, "the hour of the day"),
)
#: About what was just done.
OF_ACTIVITIES = (
    ("activity.kind", Type.TEXT, "the activity"),
    ("order.base", Type.MONEY, "the order's value"),
    ("order.quantity", Type.NUMBER, "the number of items"),
    ("order.categories", Type.TEXTS, "the categories bought"),
    ("order.skus", Type.TEXTS, "the articles bought"),
    ("order.channel", Type.TEXT, "the channel"),
    ("order.store", Type.TEXT, "the shop"),
    ("order.currency", Type.TEXT, "the currency"),
    ("history.same_kind", Type.NUMBER, "how often this was done before"),
)


def of_members() -> Catalogue:
    """The fields that every member has, whatever they do just now."""
    return _catalogue(*OF_MEMBERS)


def standard() -> Catalogue:
    """The fields that every activity and member has."""
    return _catalogue(*OF_ACTIVITIES, *OF_MEMBERS)


def _catalogue(*fields: tuple[str, Type, str]) -> Catalogue:
    catalogue = Catalogue()
    for name, type, words in fields:
        catalogue.add(name, type, words)
    return catalogue


def tier_field(group: str = "") -> str:
    """The field that names the tier in a group of tiers; without one, in the programme's first."""
    return f"member.tier.{group}" if group else "member.tier"


def with_tiers(catalogue: Catalogue, groups: list[tuple[str, str]]) -> Catalogue:
    """The catalogue with the tier in each further group: its slug and its name."""
    full = Catalogue(catalogue)
    for slug, name in groups:
        full.add(tier_field(slug), Type.TEXT, f"the tier in {name}")
    return full


_JSON_TYPES = {
    "string": Type.TEXT,
    "integer": Type.NUMBER,
    "number": Type.NUMBER,
    "boolean": Type.FLAG,
}


def with_payload(catalogue: Catalogue, schemas: list[dict]) -> Catalogue:
    """The catalogue with `activity.<name>` for every simple property of these payload schemas."""
    full = Catalogue(catalogue)
    for schema in schemas:
        for name, shape in schema.get("properties", {}).items():
            told = shape.get("type") if isinstance(shape, dict) else None
            # A schema may allow several types, or anything at all: then there is nothing to compare with.
            type = _JSON_TYPES.get(told) if isinstance(told, str) else None
            if type is not None:
                full.add(f"activity.{name}", type, name.replace("_", " "))
    return full

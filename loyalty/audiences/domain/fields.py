"""What a condition may ask about: the field catalogue.

A field has a name, a type, and words for people. The values come from `Facts`, a mapping that the
caller fills (the campaign engine from an activity and a member).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from members.domain.traits import is_trait_name


class Type(StrEnum):
    """What a field holds, which decides the comparisons that fit it."""

    TEXT = "text"
    TEXTS = "texts"
    NUMBER = "number"
    MONEY = "money"
    FLAG = "flag"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Scope:
    """What of a member's past is asked: one kind of activity, in so many days before (None: ever).

    A day is 24 hours, counted back from the instant that is asked about.
    """

    kind: str
    days: int | None = None

    def key(self, name: str) -> str:
        """The name under which facts hold a field asked of this."""
        return f"{name}({self.kind},{self.days or 'ever'})"

    def words(self, title: str = "") -> str:
        """How a sentence names it: by the kind's `title`, where that is known."""
        name = f"“{title}”" if title else self.kind
        if self.days:
            return f"{name} in the last {self.days} days"
        return name if title else f"{name} ever"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a condition may ask about. `words` is how a sentence names it.

    With `is_scoped` a test says of what (`Scope`); `kinds` are the only ones of which it is known.
    """

    name: str
    type: Type
    words: str
    is_scoped: bool = False
    kinds: frozenset[str] = frozenset()


class Catalogue(dict[str, Field]):
    """Fields by name. `kinds` are the activity kinds that a scope may name (None: whatever it says), and
    `titles` what people call them."""

    kinds: frozenset[str] | None = None
    titles: Mapping[str, str] = MappingProxyType({})

    def name_kinds(self, titles: Mapping[str, str]) -> None:
        """Let scopes name these activity kinds, each with its title."""
        self.kinds, self.titles = frozenset(titles), titles

    def add(self, name: str, type: Type, words: str) -> None:
        """Add one field."""
        self[name] = Field(name, type, words)

    def find(self, name: str) -> Field | None:
        """The field of this name. Members may have any attribute, whether or not one has it yet."""
        return self.get(name) or _attribute(name)

    def copy(self) -> "Catalogue":
        """Another one with the same fields."""
        other = Catalogue(self)
        other.kinds, other.titles = self.kinds, self.titles
        return other


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
    ("member.tags", Type.TEXTS, "the member's tags"),
    ("member.badges", Type.TEXTS, "the member's badges"),
)
#: About one kind of activity that the member did before, ever or lately. What orders come to is known
#: of orders only.
OF_HISTORY = (
    Field("history.count", Type.NUMBER, "the number of", is_scoped=True),
    Field(
        "history.sum",
        Type.MONEY,
        "the sum of",
        is_scoped=True,
        kinds=frozenset({"order.placed"}),
    ),
    Field("history.days_since", Type.NUMBER, "the days since", is_scoped=True),
)
#: Which active segments the member belongs to. Segments cannot ask it, so that none asks about itself.
SEGMENTS = "member.segments"
OF_SEGMENTS = ((SEGMENTS, Type.TEXTS, "the member's segments"),)
ATTRIBUTE = "attribute."
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
    return _catalogue(*OF_ACTIVITIES, *OF_MEMBERS, *OF_SEGMENTS)


def _catalogue(*fields: tuple[str, Type, str]) -> Catalogue:
    catalogue = Catalogue()
    for name, type, words in fields:
        catalogue.add(name, type, words)
    catalogue.update({field.name: field for field in OF_HISTORY})
    return catalogue


def with_segments(catalogue: Catalogue) -> Catalogue:
    """The catalogue, and the segments a member belongs to."""
    full = catalogue.copy()
    for field in OF_SEGMENTS:
        full.add(*field)
    return full


def with_attributes(catalogue: Catalogue, names: Iterable[str]) -> Catalogue:
    """The catalogue with these attributes listed, for whoever looks for one to ask about."""
    full = catalogue.copy()
    full.update({field.name: field for name in names if (field := _attribute(ATTRIBUTE + name))})
    return full


def _attribute(name: str) -> Field | None:
    own = name.removeprefix(ATTRIBUTE)
    if own == name or not is_trait_name(own):
        return None
    return Field(name, Type.TEXT, f"the attribute {own}")


def tier_field(group: str = "") -> str:
    """The field that names the tier in a group of tiers; without one, in the programme's first."""
    return f"member.tier.{group}" if group else "member.tier"


def with_tiers(catalogue: Catalogue, groups: list[tuple[str, str]]) -> Catalogue:
    """The catalogue with the tier in each further group: its slug and its name."""
    full = catalogue.copy()
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
    full = catalogue.copy()
    for schema in schemas:
        for name, shape in schema.get("properties", {}).items():
            told = shape.get("type") if isinstance(shape, dict) else None
            # A schema may allow several types, or anything at all: then there is nothing to compare with.
            type = _JSON_TYPES.get(told) if isinstance(told, str) else None
            if type is not None:
                full.add(f"activity.{name}", type, name.replace("_", " "))
    return full


def words_of(key: str, titles: Mapping[str, str] = MappingProxyType({})) -> str:
    """How people read what facts hold under this name, also when the field is gone by now. Activity kinds go
    by their `titles`."""
    name, _, of = key.partition("(")
    field = standard().find(name)
    words = field.words if field else name.rpartition(".")[2].replace("_", " ")
    kind, _, days = of.removesuffix(")").rpartition(",")
    scope = Scope(kind, int(days) if days.isdigit() else None)
    return f"{words} {scope.words(titles.get(kind, ''))}" if of else words

"""Activities that are stored, as the rules saw them: each with its member, its order, and the facts of its
time. Read for many at once; nothing is locked and nothing written."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from loyalty.audiences.domain.conditions import Node
from loyalty.audiences.operations import profiles
from loyalty.campaigns.domain.orders import Order, read_order
from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.operations import people
from loyalty.campaigns.operations.matching import told_of
from loyalty.campaigns.operations.people import Company, Person
from loyalty.campaigns.operations.rates import Rates
from loyalty.campaigns.operations.schemas import ORDERS
from members.models import Activity


@dataclass(slots=True)
class Asking:
    """An activity whose past was looked up."""

    activity_id: int
    told: Told
    person: Person


@dataclass(frozen=True, slots=True)
class Act:
    """An activity with the facts of its time."""

    id: int
    told: Told
    person: Person
    order: Order | None
    day: date
    facts: dict[str, Any]


@dataclass(slots=True)
class Hindsight:
    """Some activities (with their members), and all that these conditions ask about them but what their own
    rows say; with `is_counting` also how often each was done before."""

    rows: Sequence[Activity]
    nodes: Sequence[Node]
    kinds: Collection[str]
    is_counting: bool = False
    crowd: dict[int, Person] = field(init=False)
    asking: list[Asking] = field(init=False)
    rates: Rates = field(init=False)

    def __post_init__(self) -> None:
        self.crowd = {
            row.member.pk: Person(row.member) for row in self.rows if row.member is not None
        }
        every = profiles.read(self.crowd, self.nodes)
        self.asking = [
            Asking(row.pk, told_of(row), self.crowd[row.member_id or 0]) for row in self.rows
        ]
        people.read_pasts(self.asking, every, set(self.kinds), is_counting=self.is_counting)
        self.rates = Rates(each.told for each in self.asking)

    def acts(self) -> Iterator[Act]:
        """The activities in the order in which they were given."""
        return map(self.act, self.asking)

    def act(self, asking: Asking) -> Act:
        """One of them, by what is known of its member now."""
        told, person = asking.told, asking.person
        order = read_order(told.payload, self.rates.of(told)) if told.kind in ORDERS else None
        facts = people.facts_of(told, person, order, Company({}))
        return Act(asking.activity_id, told, person, order, person.day(told.occurred_at), facts)

"""The new activities of a batch, and how they are cut into waves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from loyalty.campaigns.domain.evaluate import Outcome
from loyalty.campaigns.domain.orders import Rate
from loyalty.campaigns.domain.rules import Rule
from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.operations.people import Person
from loyalty.campaigns.operations.storing import Arrival, NewEffect
from members.shipped import RETURNS


@dataclass(slots=True, eq=False)
class Item:
    """A new activity in a wave, and what came of it. `told_at` is when it was told, where that counts;
    `shop` who told the order that it speaks of, where that is somebody else; `settles_at` when the last of
    that went out, where that is known by it; `is_awaited` that something was told of this order before it;
    `is_all_back` that with it nothing is left of the order.
    Of the rules in force for it, some are `ruled_out` by what it
    says itself; the others are `asked`. `notes` say beside the rules' traces, and in their form, why nothing
    comes of it."""

    activity_id: int
    told: Told
    person: Person
    told_at: datetime | None = None
    outcome: Outcome | None = None
    rate: Rate | None = None
    shop: str = ""
    settles_at: datetime | None = None
    is_awaited: bool = False
    is_all_back: bool = False
    asked: list[Rule] = field(default_factory=list)
    ruled_out: list[Rule] = field(default_factory=list)
    effects: list[NewEffect] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, activity_id: int, arrival: Arrival, told_at: datetime | None) -> "Item":
        """What has arrived and counts, with its row's id."""
        assert arrival.person is not None  # nobody's does not count
        item = cls(activity_id, arrival.told, arrival.person, told_at, shop=arrival.shop)
        item.settles_at, item.is_awaited = arrival.settles_at, arrival.is_awaited
        if arrival.note:
            item.note(arrival.note)
        return item

    def note(self, why: str) -> None:
        """Say so beside what the rules said."""
        self.notes.append({"rule": 0, "campaign": "", "passed": False, "tests": [], "why": why})

    @property
    def order(self) -> tuple[int, str, str]:
        """Which order it speaks of: whose, told by which source, under which number."""
        return self.person.member.pk, self.shop or self.told.source, self.told.order_id


def cut(
    items: Sequence[Item], settling: frozenset[str], giving_back: frozenset[str] = frozenset()
) -> Iterable[list[Item]]:
    """Items in order of occurrence, cut wherever one may settle, take back or have to repay what an
    earlier one posted, and before every one of a kind that gives back to what all of them share."""
    wave: list[Item] = []
    present: set[int] = set()
    alone = {
        item.person.member.pk for item in items if item.told.kind in RETURNS or item.person.has_owed
    }
    for item in sorted(items, key=lambda item: (item.told.occurred_at, item.activity_id)):
        member_id = item.person.member.pk
        own = member_id in present and (item.told.kind in settling or member_id in alone)
        if own or (wave and item.told.kind in giving_back):
            yield wave
            wave, present = [], set()
        wave.append(item)
        present.add(member_id)
    if wave:
        yield wave

"""Giving what rules gave besides points: collected over a wave, then given kind by kind.

Every thing has its cause as its key (`a<activity>:<version>:<place>`), so it is given once however often
it is asked for; nothing here costs a query for each activity.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from loyalty.campaigns.domain.given import Given
from loyalty.campaigns.models import Effect
from loyalty.campaigns.operations import supply
from loyalty.campaigns.operations.items import Item
from loyalty.campaigns.operations.storing import NewEffect
from loyalty.messaging.operations import messages
from loyalty.messaging.operations.messages import Note
from loyalty.rewards.models import Reward
from loyalty.rewards.operations import presents
from loyalty.rewards.operations.presents import Present
from members.domain.actors import Actor
from members.domain.calendar import local_date, start_of_day
from members.domain.sentences import kept
from members.operations import accesses, jobs, lifts, traits
from members.operations.accesses import Door
from members.operations.lifts import Lifted
from members.operations.traits import Setting, Tagging
from recognition.operations import awards, progress, streak_days
from recognition.operations.awards import Wanted
from recognition.operations.progress import Step
from recognition.operations.streak_days import Kept

#: What happened longer ago than this is said to nobody: the message would be old news.
NEWS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Thing:
    """Something to give: what, to whom, and the effect that says so, which is not written yet."""

    item: Item
    given: Given
    effect: NewEffect

    @property
    def key(self) -> str:
        """Its cause."""
        return cause_of(self.item.activity_id, self.given.rule.version_id, self.given.place)

    @property
    def member_id(self) -> int:
        """Whose it is."""
        return self.item.person.member.pk

    @property
    def at(self) -> datetime:
        """When it was won."""
        return self.item.told.occurred_at


@dataclass(slots=True)
class Giving:
    """What a wave is going to give, by kind."""

    actor: Actor
    at: datetime
    rewards: Mapping[str, Reward] = field(default_factory=dict)
    things: dict[str, list[Thing]] = field(default_factory=dict)

    def add(self, item: Item, given: Given, effect: NewEffect) -> None:
        """Note something to give."""
        self.things.setdefault(given.kind, []).append(Thing(item, given, effect))

    def give(self) -> None:
        """Give everything, each kind at once."""
        for kind, givers in GIVERS.items():
            if things := self.things.get(kind):
                givers(self, things)


def cause_of(activity_id: int, version_id: int, place: int) -> str:
    """The key under which every thing of a rule's effect is known."""
    return f"a{activity_id}:{version_id}:{place}"


def midnight_after(instant: datetime, item: Item) -> datetime:
    """The end of the member's day that an instant falls into."""
    zone = item.person.member.time_zone
    return start_of_day(local_date(instant, zone) + timedelta(days=1), zone)


def _badges(giving: Giving, things: list[Thing]) -> None:
    awards.award_many(
        [
            Wanted(
                member_id=thing.member_id,
                badge=thing.given.name,
                key=thing.key,
                reason=thing.given.rule.title,
                at=thing.at,
            )
            for thing in things
        ],
        actor=giving.actor,
    )


def _steps(giving: Giving, things: list[Thing]) -> None:
    progress.take_steps(
        [
            Step(
                member_id=thing.member_id,
                achievement=thing.given.name,
                key=thing.key,
                steps=thing.given.amount or 1,
                at=thing.at,
                day=thing.item.person.day(thing.at),
            )
            for thing in things
        ],
        actor=giving.actor,
    )


def _streaks(giving: Giving, things: list[Thing]) -> None:
    kept = [
        Kept(
            thing.member_id,
            thing.given.name,
            thing.key,
            thing.at,
            thing.item.person.day(thing.at),
        )
        for thing in things
    ]
    streak_days.keep(kept, actor=giving.actor)


def _rewards(giving: Giving, things: list[Thing]) -> None:
    wanted = [Present(thing.item.person.member, thing.given.name, thing.key) for thing in things]
    given = presents.give(wanted, rewards=giving.rewards, actor=giving.actor)
    for thing in things:
        if thing.key not in given:
            # Somebody else was taking the last coupons while we looked.
            thing.effect.state = Effect.State.CANCELLED
            thing.effect.why = (
                kept("%(campaign)s: none was left") % {"campaign": thing.given.rule.title}
            )[:300]


def _doors(giving: Giving, things: list[Thing]) -> None:
    doors = [
        Door(thing.item.person.member, thing.given.name, thing.key, thing.at, thing.given.until)
        for thing in things
    ]
    accesses.grant_many(doors, actor=giving.actor)


def _tiers(giving: Giving, things: list[Thing]) -> None:
    known = supply.tiers_named({thing.given.name for thing in things})
    lifted = [
        Lifted(
            member=thing.item.person.member,
            tier=known[thing.given.name],
            at=thing.at,
            until=midnight_after(thing.given.until or thing.at, thing.item),
            reason=thing.given.rule.title,
        )
        for thing in things
    ]
    lifts.give_many(lifted, actor=giving.actor)


def _tags(giving: Giving, things: list[Thing]) -> None:
    wanted = [
        Tagging(thing.member_id, thing.given.name, thing.key, thing.at, thing.given.until)
        for thing in things
    ]
    traits.tag_many(wanted, actor=giving.actor)


def _attributes(giving: Giving, things: list[Thing]) -> None:
    wanted = [
        Setting(thing.member_id, thing.given.name, thing.given.effect.value, thing.key, thing.at)
        for thing in things
    ]
    traits.set_many(wanted, actor=giving.actor)


def _messages(giving: Giving, things: list[Thing]) -> None:
    messages.tell(
        [
            Note(
                member_id=thing.member_id,
                topic=thing.given.effect.topic,
                key=thing.key,
                subject=thing.given.effect.subject,
                body=thing.given.effect.text,
            )
            for thing in things
            if thing.at > giving.at - NEWS
        ]
    )


def _calls(giving: Giving, things: list[Thing]) -> None:
    jobs.enqueue_all(
        (
            "webhook.announce",
            f"webhook:{thing.key}",
            {
                "topic": thing.given.effect.topic,
                "key": thing.key,
                "at": thing.at.isoformat(),
                "told": {
                    "member": thing.item.person.member.ref,
                    "campaign": thing.given.rule.campaign,
                    "rule_version": thing.effect.rule_version.number,
                    "activity": {
                        "id": thing.item.told.external_id,
                        "source": thing.item.told.source,
                        "type": thing.item.told.kind,
                    },
                },
            },
        )
        for thing in things
    )


Giver = Callable[[Giving, list[Thing]], None]

#: Who gives what. Recognition comes after what it may lead to, so that news is in order.
GIVERS: dict[str, Giver] = {
    "reward": _rewards,
    "access": _doors,
    "tier": _tiers,
    "badge": _badges,
    "step": _steps,
    "streak": _streaks,
    "tag": _tags,
    "attribute": _attributes,
    "message": _messages,
    "webhook": _calls,
}

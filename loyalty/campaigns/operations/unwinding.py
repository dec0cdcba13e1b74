"""What returns take back besides points, collected over a wave and taken kind by kind.

A rule's things go when its condition does not hold any more for the basket that is left. Badges, tiers and
what was reached stay, and are marked as not supported by current activity.
"""

from dataclasses import dataclass, field
from datetime import datetime

from loyalty.campaigns.models import Effect
from loyalty.campaigns.operations.reckoning import Reckoning
from loyalty.campaigns.operations.storing import NewEffect
from loyalty.campaigns.operations.things import Thing, gone, take
from members.domain.actors import Actor
from members.domain.sentences import kept


@dataclass(slots=True)
class Unwinding:
    """What the returns of a wave take back."""

    actor: Actor
    at: datetime
    things: list[Thing] = field(default_factory=list)

    def add(self, reckoning: Reckoning) -> list[NewEffect]:
        """Note what one return takes back; answers the effects that say so, not yet written."""
        lost = [_thing(effect, reckoning) for effect in reckoning.lost_things()]
        self.things += lost
        _free_limits(reckoning, [thing.effect for thing in lost])
        return [gone(thing) for thing in lost]

    def take(self) -> None:
        """Take everything, each kind at once."""
        take(self.things, at=self.at, actor=self.actor)


def _thing(effect: Effect, reckoning: Reckoning) -> Thing:
    because = kept("%(campaign)s: order %(order)s came back") % {
        "campaign": effect.rule_version.campaign.name,
        "order": reckoning.told.order_id,
    }
    return Thing(reckoning.person.member, effect, because, reckoning.activity_id)


def _free_limits(reckoning: Reckoning, lost: list[Effect]) -> None:
    """A rule that gave nothing but things did not use its limit after all. Where it gave points, those
    free it."""
    sale = reckoning.sale
    with_points = {
        (each.rule_version_id, each.activity_id) for each in (*sale.effects, *sale.later)
    }
    for version, act in {(effect.rule_version, sale.act_of(effect)) for effect in lost}:
        if (version.pk, act.pk) not in with_points:
            reckoning.person.unuse(reckoning.book.rule(version), act.occurred_at, times=1)

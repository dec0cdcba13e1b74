"""What returns take back besides points, collected over a wave and taken kind by kind.

A rule's things go when its condition does not hold any more for the basket that is left. Badges, tiers and
what was reached stay, and are marked as not supported by current activity.
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from loyalty.campaigns.domain.caps import window_of
from loyalty.campaigns.models import Effect
from loyalty.campaigns.operations.reckoning import Reckoning
from loyalty.campaigns.operations.storing import NewEffect
from loyalty.campaigns.operations.things import TAKERS, WORDS, Thing
from members.domain.actors import Actor


@dataclass(frozen=True, slots=True)
class Undone:
    """A thing that goes: the effect that gave it, and the return that takes it."""

    effect: Effect
    reckoning: Reckoning

    def as_thing(self) -> Thing:
        """As it is taken."""
        return Thing(self.effect, _reversal(self).why, self.reckoning.activity_id)


@dataclass(slots=True)
class Unwinding:
    """What the returns of a wave take back, by kind."""

    actor: Actor
    at: datetime
    things: dict[str, list[Undone]] = field(default_factory=dict)

    def add(self, reckoning: Reckoning) -> list[NewEffect]:
        """Note what one return takes back; answers the effects that say so, not yet written."""
        undone = [Undone(effect, reckoning) for effect in reckoning.lost_things()]
        for each in undone:
            self.things.setdefault(each.effect.kind, []).append(each)
        _free_limits(reckoning, undone)
        return [_reversal(each) for each in undone]

    def take(self) -> None:
        """Take everything, each kind at once."""
        for kind, taker in TAKERS.items():
            if things := self.things.get(kind):
                taker([each.as_thing() for each in things], at=self.at, actor=self.actor)


def _reversal(undone: Undone) -> NewEffect:
    effect, reckoning = undone.effect, undone.reckoning
    why = _("%(campaign)s: order %(order)s came back") % {
        "campaign": effect.rule_version.campaign.name,
        "order": reckoning.told.order_id,
    }
    return NewEffect(
        activity_id=reckoning.activity_id,
        rule_version=effect.rule_version,
        place=effect.place,
        kind="reversal",
        unit_code=effect.unit_code,
        amount=None if effect.amount is None else -effect.amount,
        state=Effect.State.ACTIVE,
        why=f"{why}; {WORDS[effect.kind]}"[:300],
        reverses_id=effect.pk,
    )


def _free_limits(reckoning: Reckoning, undone: list[Undone]) -> None:
    """A rule that gave nothing but things did not use its limit after all. Where it gave points, those
    free it."""
    with_points = {effect.rule_version_id for effect in reckoning.sale.effects}
    for version in {each.effect.rule_version for each in undone}:
        rule = reckoning.book.rule(version)
        if rule.limit is not None and version.pk not in with_points:
            at = reckoning.sale.activity.occurred_at
            person = reckoning.person
            used = person.uses.of(rule, window_of(rule.limit, at, person.day(at)))
            used[0] = max(used[0] - 1, 0)

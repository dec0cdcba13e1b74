"""What returns take back besides points, collected over a wave and taken kind by kind.

A rule's things go when its condition does not hold any more for the basket that is left. Badges, tiers and
what was reached stay, and are marked as not supported by current activity.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loyalty.campaigns.domain.caps import window_of
from loyalty.campaigns.models import Effect
from loyalty.campaigns.operations.giving import cause_of
from loyalty.campaigns.operations.reckoning import Reckoning
from loyalty.campaigns.operations.storing import NewEffect
from members.domain.actors import Actor
from members.operations import accesses, corrections, jobs, traits
from recognition.operations import awards, progress, streak_days


@dataclass(frozen=True, slots=True)
class Undone:
    """A thing that goes: the effect that gave it, and the return that takes it."""

    effect: Effect
    reckoning: Reckoning

    @property
    def key(self) -> str:
        """Under which it was given."""
        effect = self.effect
        return cause_of(effect.activity_id, effect.rule_version_id, effect.place)


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
                taker(self, things)


#: What a member reads of a thing whose order came back.
WORDS = {
    "deduction": gettext_lazy("the points that it took are yours again"),
    "badge": gettext_lazy("the badge stays, though it is not supported by current activity"),
    "tier": gettext_lazy(
        "the tier stays to its end, though it is not supported by current activity"
    ),
    "step": gettext_lazy("its steps count no more"),
    "streak": gettext_lazy("its day counts no more"),
    "reward": gettext_lazy("the reward is void unless it was used"),
    "access": gettext_lazy("the access has ended"),
    "tag": gettext_lazy("the tag has ended"),
    "attribute": gettext_lazy("the note is gone"),
}


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


def _keys(things: list[Undone]) -> list[str]:
    return [each.key for each in things]


def _deductions(unwinding: Unwinding, things: list[Undone]) -> None:
    for each in things:
        entry = each.effect.entry
        assert entry is not None  # points have an entry
        corrections.restore(
            entry,
            key=f"a{each.reckoning.activity_id}:back:{each.effect.pk}",
            reason=_reversal(each).why,
            actor=unwinding.actor,
            cause=each.reckoning.cause,
        )


def _badges(unwinding: Unwinding, things: list[Undone]) -> None:
    awards.unsupport(_keys(things), at=unwinding.at, actor=unwinding.actor)


def _steps(unwinding: Unwinding, things: list[Undone]) -> None:
    progress.take_back(_keys(things), at=unwinding.at, actor=unwinding.actor)


def _streaks(unwinding: Unwinding, things: list[Undone]) -> None:
    streak_days.take_back(_keys(things), at=unwinding.at)


def _rewards(unwinding: Unwinding, things: list[Undone]) -> None:
    """By the queue, for rewards are locked before the accounts that are locked here."""
    jobs.enqueue_all(
        (
            "reward.withdraw",
            f"withdraw:{each.key}",
            {"present": each.key, "reason": _reversal(each).why},
        )
        for each in things
    )


def _doors(unwinding: Unwinding, things: list[Undone]) -> None:
    accesses.close_many(_keys(things), actor=unwinding.actor, at=unwinding.at)


def _tags(unwinding: Unwinding, things: list[Undone]) -> None:
    traits.take_tags_back(_keys(things), actor=unwinding.actor, at=unwinding.at)


def _attributes(unwinding: Unwinding, things: list[Undone]) -> None:
    for each in things:
        given = each.reckoning.book.rule(each.effect.rule_version).effects[each.effect.place]
        traits.clear_attribute(
            each.reckoning.person.member,
            name=getattr(given, "name", ""),
            cause=each.key,
            actor=unwinding.actor,
        )


Taker = Callable[[Unwinding, list[Undone]], None]

TAKERS: dict[str, Taker] = {
    "deduction": _deductions,
    "badge": _badges,
    "step": _steps,
    "streak": _streaks,
    "reward": _rewards,
    "access": _doors,
    "tag": _tags,
    "attribute": _attributes,
}

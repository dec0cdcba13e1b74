"""Taking back what rules gave besides points, kind by kind; whatever it is that ended it."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy

from loyalty.campaigns.models import Effect
from loyalty.campaigns.operations import rulebook
from loyalty.campaigns.operations.giving import cause_of
from loyalty.campaigns.operations.storing import NewEffect, reversal
from members.domain.actors import Actor
from members.models import Member
from members.operations import accesses, corrections, jobs, traits
from recognition.operations import awards, progress, streak_days


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing that goes: whose, the effect that gave it, why it goes, and the activity `by` which it goes."""

    member: Member
    effect: Effect
    because: str
    by: int

    @property
    def why(self) -> str:
        """What a member reads."""
        return f"{self.because}; {WORDS[self.effect.kind]}"[:300]

    @property
    def key(self) -> str:
        """Under which it was given."""
        effect = self.effect
        return cause_of(effect.activity_id, effect.rule_version_id, effect.place)


#: What a member reads of a thing that goes.
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


def _keys(things: list[Thing]) -> list[str]:
    return [each.key for each in things]


def _deductions(things: list[Thing], *, at: datetime, actor: Actor) -> None:
    for each in things:
        entry = each.effect.entry
        assert entry is not None  # points have an entry
        corrections.restore(
            entry,
            key=f"a{each.by}:back:{each.effect.pk}",
            reason=each.why,
            actor=actor,
            cause=("activity", each.by),
        )


def _badges(things: list[Thing], *, at: datetime, actor: Actor) -> None:
    awards.unsupport(_keys(things), at=at, actor=actor)


def _steps(things: list[Thing], *, at: datetime, actor: Actor) -> None:
    progress.take_back(_keys(things), at=at, actor=actor)


def _streaks(things: list[Thing], *, at: datetime, actor: Actor) -> None:
    streak_days.take_back(_keys(things), at=at)


def _rewards(things: list[Thing], *, at: datetime, actor: Actor) -> None:
    """By the queue, for rewards are locked before the accounts that are locked here."""
    jobs.enqueue_all(
        ("reward.withdraw", f"withdraw:{each.key}", {"present": each.key, "reason": each.why})
        for each in things
    )


def _doors(things: list[Thing], *, at: datetime, actor: Actor) -> None:
    accesses.close_many(_keys(things), actor=actor, at=at)


def _tags(things: list[Thing], *, at: datetime, actor: Actor) -> None:
    traits.take_tags_back(_keys(things), actor=actor, at=at)


def _attributes(things: list[Thing], *, at: datetime, actor: Actor) -> None:
    book = rulebook.current()
    for each in things:
        given = book.rule(each.effect.rule_version).effects[each.effect.place]
        traits.clear_attribute(
            each.member, name=getattr(given, "name", ""), cause=each.key, actor=actor
        )


Taker = Callable[..., None]

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


def take(things: Iterable[Thing], *, at: datetime, actor: Actor) -> None:
    """Take everything, each kind at once."""
    by_kind: dict[str, list[Thing]] = defaultdict(list)
    for thing in things:
        by_kind[thing.effect.kind].append(thing)
    for kind, taker in TAKERS.items():
        if taken := by_kind.get(kind):
            taker(taken, at=at, actor=actor)


def gone(thing: Thing) -> NewEffect:
    """The effect that says so, not yet written."""
    effect = thing.effect
    return reversal(effect, by=thing.by, why=thing.why, amount=effect.amount)

"""What stands between members and rewards: the predicate that page, API and operation share."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Sum
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from loyalty.audiences.models import Segment
from loyalty.audiences.operations import belonging
from loyalty.rewards import errors
from loyalty.rewards.domain.eligibility import Obstacle, Standing, Terms, obstacle, window_start
from loyalty.rewards.models import Redemption, Reward
from members import clock
from members.domain.calendar import local_date
from members.errors import NotEnough, Refused
from members.models import Account, Balance, Member, TierPeriod
from members.operations import purses
from recognition.models import BadgeAward

REFUSALS: dict[str, type[Refused]] = {
    refusal.code: refusal
    for refusal in (
        errors.NotOnOffer,
        errors.OneAtATime,
        NotEnough,
    )
}


def terms_of(reward: Reward) -> Terms:
    """What the reward asks for. Needs `with_terms`."""
    return Terms(
        is_active=reward.is_offered,
        cost=reward.cost,
        since=reward.since,
        until=reward.until,
        left=reward.left,
        limit=reward.limit_per_member,
        rung=(reward.tier.group_id, reward.tier.threshold) if reward.tier is not None else None,
        badge=reward.badge_id,
        segments=frozenset(reward.segment_ids),  # type: ignore[attr-defined] # annotated
        is_single=reward.kind in Reward.DOORS,
    )


def standings(
    member: Member, rewards: Iterable[Reward], *, with_household: bool = False
) -> dict[int, Standing]:
    """What the member has towards each of these rewards. Needs `with_terms`.

    Two queries; one more each when some are for a tier or a badge, and the few that belonging asks
    when some are for segments, however many there are. `with_household` counts what their household
    keeps together as theirs, in one more.
    """
    rewards = list(rewards)
    points = dict(
        Balance.objects.filter(
            account__member=member, account__kind=Account.Kind.WALLET
        ).values_list("account__unit_id", "amount")
    )
    if with_household:
        for unit_id, amount in purses.kept_with(member).items():
            points[unit_id] = points.get(unit_id, 0) + amount
    taken = pieces_taken(member, rewards)
    rungs: dict[int, int] = {}
    if any(reward.tier_id for reward in rewards):
        held = TierPeriod.objects.filter(member=member, ends_at=None)
        rungs = dict(held.values_list("group_id", "tier__threshold"))
    badges: frozenset[int] = frozenset()
    if any(reward.badge_id for reward in rewards):
        awards = BadgeAward.objects.live().filter(member=member)
        badges = frozenset(awards.values_list("badge_id", flat=True))
    missing = missing_for(member, {pk for reward in rewards for pk in terms_of(reward).segments})
    return {
        reward.pk: Standing(
            points.get(reward.unit_id, 0), taken.get(reward.pk, 0), rungs, badges, missing
        )
        for reward in rewards
    }


def missing_for(member: Member, segments: Collection[int]) -> dict[int, str]:
    """What the member lacks for each of these segments; empty for those they belong to."""
    if not segments:
        return {}
    rows = Segment.objects.filter(pk__in=segments).with_wording()
    found = belonging.answers([member], rows)[member.pk]
    return {pk: answer.missing for pk, answer in found.items()}


def pieces_taken(member: Member, rewards: Iterable[Reward]) -> dict[int, int]:
    """How many pieces count towards the member's limits now, by reward."""
    today = local_date(clock.now(), member.time_zone)
    starts = {
        str(window): start
        for window in Reward.Window
        if (start := window_start(window, today=today, zone=member.time_zone)) is not None
    }
    return dict(
        Redemption.objects.live()
        .filter(member=member, reward__in=rewards)
        .since(starts)
        .values_list("reward_id")
        .annotate(pieces=Sum("quantity"))
    )


def obstacle_for(
    member: Member, reward: Reward, *, quantity: int = 1, standing: Standing | None = None
) -> Refused | None:
    """Why the member cannot have `quantity` pieces now, as the refusal that would be raised; None
    when they can. Needs `with_terms`."""
    standing = standing or standings(member, [reward])[reward.pk]
    found = obstacle(terms_of(reward), standing, at=clock.now(), quantity=quantity)
    return None if found is None else refusal_of(found, reward, member)


def refusal_of(found: Obstacle, reward: Reward, member: Member) -> Refused:
    """The sentence that members read."""
    if found.code == "limit_reached":
        return limit_reached(reward)
    if found.code == "out_of_stock":
        left: Any = found.params["left"]
        return errors.OutOfStock(left=left) if left else errors.NoneLeft()
    if found.code == "not_yet" and reward.since is not None:
        return errors.NotYet(day=date_format(local_date(reward.since, member.time_zone)))
    if found.code == "tier_needed":
        return errors.TierNeeded(tier=reward.tier)
    if found.code == "badge_needed":
        return errors.BadgeNeeded(badge=reward.badge)
    if found.code == "segment_needed":
        return errors.SegmentNeeded(missing=found.params["missing"])
    return REFUSALS[found.code]()


def limit_reached(reward: Reward) -> Refused:
    """The refusal that names the limit and its window."""
    limit = reward.limit_per_member or 0
    if not reward.limit_window:
        return errors.LimitReached(limit=limit)
    return errors.LimitReached(
        _("Each member can have %(limit)s of these %(window)s."),
        limit=limit,
        window=reward.get_limit_window_display(),
    )

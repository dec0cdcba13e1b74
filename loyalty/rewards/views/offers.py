"""What a reward is to one member: affordable or by how much not, and how many they may have."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Sum

from loyalty.rewards.models import Redemption, Reward
from members.models import Balance, Member

ICONS: dict[str, str] = {
    Reward.Kind.DONATION: "hand-coins",
    Reward.Kind.EXPERIENCE: "calendar-days",
    Reward.Kind.DISCOUNT: "ticket",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """`held` points of the reward's unit; `left` pieces that this member may still have (None: any)."""

    reward: Reward
    held: int
    left: int | None

    @property
    def missing(self) -> int:
        """Points that are lacking; 0 when it is affordable."""
        return max(self.reward.cost - self.held, 0)

    @property
    def icon(self) -> str:
        """The picture of its kind."""
        return ICONS.get(self.reward.kind, "gift")

    @property
    def is_open(self) -> bool:
        """Whether the member could have one right now."""
        return not self.missing and self.left != 0 and self.reward.stock != 0


def offers_for(member: Member, rewards: Iterable[Reward]) -> list[Offer]:
    """The rewards as offers in three queries: those within reach first, then by what is missing."""
    rewards = list(rewards)
    held = dict(
        Balance.objects.filter(account__member=member, account__kind="wallet").values_list(
            "account__unit_id", "amount"
        )
    )
    taken = dict(
        Redemption.objects.live()
        .filter(member=member, reward__in=rewards)
        .values_list("reward_id")
        .annotate(pieces=Sum("quantity"))
    )
    offers = [
        Offer(
            reward,
            held.get(reward.unit_id, 0),
            None
            if reward.limit_per_member is None
            else max(reward.limit_per_member - taken.get(reward.pk, 0), 0),
        )
        for reward in rewards
    ]
    return sorted(offers, key=lambda offer: (not offer.is_open, offer.missing, offer.reward.cost))


def treat_for(offers: Iterable[Offer], amount: int) -> Offer | None:
    """One thing to spend `amount` expiring points on: the cheapest that uses them all up, or else
    the dearest within reach."""
    within = [offer for offer in offers if offer.is_open]
    whole = [offer for offer in within if offer.reward.cost >= amount]
    if whole:
        return min(whole, key=lambda offer: offer.reward.cost)
    return max(within, key=lambda offer: offer.reward.cost, default=None)

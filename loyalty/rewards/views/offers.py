"""What a reward is to one member: affordable or by how much not, and what else stands in the way."""

from collections.abc import Iterable
from dataclasses import dataclass

from loyalty.rewards.models import Reward
from loyalty.rewards.operations.standings import obstacle_for, standings
from members.models import Member

ICONS: dict[str, str] = {
    Reward.Kind.DONATION: "hand-coins",
    Reward.Kind.EXPERIENCE: "calendar-days",
    Reward.Kind.SLOT: "calendar-days",
    Reward.Kind.ACCESS: "key-round",
    Reward.Kind.DISCOUNT: "ticket",
    Reward.Kind.COUPON: "ticket",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """`held` points of the reward's unit; `left` pieces that this member may still have (None: any);
    `why_not` is the sentence that says what stands in the way, `obstacle` its code."""

    reward: Reward
    held: int
    left: int | None
    obstacle: str = ""
    why_not: str = ""

    @property
    def missing(self) -> int:
        """Points that are lacking; 0 when it is affordable."""
        return max(self.reward.cost - self.held, 0)

    @property
    def percent(self) -> int:
        """Of the way to it, 0 to 100."""
        return min(100 * max(self.held, 0) // self.reward.cost, 100) if self.reward.cost else 100

    @property
    def icon(self) -> str:
        """The picture of its kind."""
        return ICONS.get(self.reward.kind, "gift")

    @property
    def is_open(self) -> bool:
        """Whether the member could have one right now."""
        return not self.obstacle


def offers_for(member: Member, rewards: Iterable[Reward]) -> list[Offer]:
    """The rewards as offers: those within reach first, then by what is missing. Two queries, and two
    more when one of them is for a tier or a badge."""
    rewards = list(rewards)
    found = standings(member, rewards)
    offers = []
    for reward in rewards:
        standing = found[reward.pk]
        refusal = obstacle_for(member, reward, standing=standing)
        limit = reward.limit_per_member
        offers.append(
            Offer(
                reward,
                standing.points,
                None if limit is None else max(limit - standing.taken, 0),
                "" if refusal is None else refusal.code,
                "" if refusal is None else refusal.messages[0],
            )
        )
    return sorted(offers, key=lambda offer: (not offer.is_open, offer.missing, offer.reward.cost))


def treat_for(offers: Iterable[Offer], amount: int) -> Offer | None:
    """One thing to spend `amount` expiring points on: the cheapest that uses them all up, or else
    the dearest within reach."""
    within = [offer for offer in offers if offer.is_open]
    whole = [offer for offer in within if offer.reward.cost >= amount]
    if whole:
        return min(whole, key=lambda offer: offer.reward.cost)
    return max(within, key=lambda offer: offer.reward.cost, default=None)

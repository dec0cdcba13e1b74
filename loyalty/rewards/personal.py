"""What was redeemed, and what is still set aside for somebody."""

from loyalty.rewards.models import Coupon, Redemption, RedemptionStep
from loyalty.rewards.operations import redemptions
from members.domain.actors import Actor
from members.operations.holdings import BEFORE, WORDS, Person, holds

holds(Redemption, "member", blank={"order_id": "", "order_source": ""})
holds(RedemptionStep, "redemption__member")
WORDS.append("erase_steps")
holds(Coupon, "redemption__member", hides=("sealed", "digest"))


def let_go(person: Person) -> None:
    """What is only set aside is cancelled, and its points are free."""
    for redemption in Redemption.objects.filter(
        member__in=person.members, state=Redemption.State.RESERVED
    ):
        redemptions.cancel(redemption, actor=Actor.system("erasure"), by_rule=True)


BEFORE.append(let_go)

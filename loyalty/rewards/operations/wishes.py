"""What a member saves up for: one reward at a time, which they may change or drop."""

from django.db import transaction

from loyalty.rewards.models import Reward
from members import clock
from members.domain.actors import Actor
from members.models import Member
from members.operations import activities, traits

#: The attribute of a member that names the reward.
SAVING_FOR = "saving-for"


@transaction.atomic
def wish(member: Member, *, reward: Reward, actor: Actor) -> None:
    """From now on the member saves up for this reward; the first time, that is told as `wishlist.added`."""
    now = clock.now()
    traits.set_attribute(
        member,
        name=SAVING_FOR,
        value=reward.slug,
        cause=f"wish:{member.pk}:{reward.slug}:{now.isoformat()}",
        actor=actor,
        at=now,
    )
    activities.record(
        "wishlist.added",
        member=member,
        source="portal",
        external_id=f"wish:{member.pk}:{reward.slug}",
        payload={"sku": reward.slug},
        actor=actor,
    )


def is_wished(member: Member, reward: Reward) -> bool:
    """Whether this is what the member saves up for."""
    return member.attributes.filter(name=SAVING_FOR, value=reward.slug).exists()


def drop(member: Member, *, actor: Actor) -> bool:
    """The member saves up for nothing in particular; whether they did before."""
    return traits.clear_attribute(member, name=SAVING_FOR, actor=actor)

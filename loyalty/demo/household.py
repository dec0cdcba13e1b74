"""Amara and Bo live together and keep a few points together."""

from loyalty.demo.people import AMARA
from members.domain.actors import Actor
from members.models import Balance, Member, Unit
from members.operations import households, purses

NAME = "Harbour Lane 12"


def move_in(*, unit: Unit, actor: Actor) -> None:
    """Amara opens the household and Bo joins her; each step once, whatever they have done since."""
    amara, bo = (Member.objects.get(ref=ref) for ref in (AMARA, "bo"))
    if amara.household_seats.exists() or bo.household_seats.exists():
        return
    households.open(amara, name=NAME, actor=actor)
    households.join(bo, code=households.invite(amara, actor=actor).code, actor=actor)
    own = Balance.objects.get(account__member=amara, account__unit=unit, account__kind="wallet")
    shared = min(own.amount // 4, 120)
    if shared:
        purses.contribute(amara, unit=unit, amount=shared, key="demo:household", actor=actor)
        purses.draw(bo, unit=unit, amount=shared // 4 or 1, key="demo:household:bo", actor=actor)

"""One busy client, as a process of its own: `python -m tests.stories.busy_client SEED STEPS`.

Does a seeded mixture of everything members do with points; refusals are fine, anything else is not.
"""

import os
import random
import sys
from datetime import timedelta

import django

WHAT = (
    "earn",
    "earn",
    "spend",
    "hold",
    "capture",
    "release",
    "give",
    "reverse",
    "restore",
    "expire",
)


def main(seed: int, steps: int) -> None:
    """Earn, spend, hold, capture, release, give, reverse, expire."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loyalty.settings")
    django.setup()
    from members import clock
    from members.domain.actors import Actor
    from members.errors import Refused
    from members.models import Member, Unit
    from members.operations import corrections, gifts, holds, ledger

    actor, chance = Actor.system(f"client-{seed}"), random.Random(seed)
    unit, people = Unit.objects.get(code="points"), list(Member.objects.order_by("pk"))
    held, earned, spent = [], [], []

    def step(key: str) -> None:
        who, other = chance.sample(people, 2)
        amount = chance.randint(1, 60)
        told = {"unit": unit, "amount": amount, "key": key, "actor": actor}
        said = {"reason": "x", "cause": ("test", seed)}
        match chance.choice(WHAT):
            case "earn":
                at = clock.now() - timedelta(days=chance.choice([0, 0, 364]))
                earned.append(ledger.accrue(who, at=at, **told, **said))
            case "spend":
                spent.append(ledger.redeem(who, **told, **said))
            case "hold":
                held.append(holds.place(who, **told))
            case "capture" if held:
                holds.capture(chance.choice(held), actor=actor)
            case "release" if held:
                holds.release(chance.choice(held), actor=actor)
            case "give":
                gifts.give(who, receiver=other, **told)
            case "reverse" if earned:
                corrections.reverse(chance.choice(earned), key=key, reason="x", actor=actor)
            case "restore" if spent:
                corrections.restore(chance.choice(spent), key=key, reason="x", actor=actor)
            case "expire":
                ledger.expire_due(at=clock.now() + timedelta(days=2), most=50)

    for number in range(steps):
        try:
            step(f"client-{seed}-{number}")
        except Refused:
            continue


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))

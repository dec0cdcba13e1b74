"""Rules that give what is scarce, asked by many at once."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from loyalty.campaigns.errors import TooManyCodes
from loyalty.campaigns.models import LimitUse
from loyalty.campaigns.operations import entering, intake
from loyalty.rewards.models import Redemption, Reward
from members.models import Activity
from members.operations import members
from tests.books import faults
from tests.campaigns.conftest import act
from tests.campaigns.effects import broken, earns, published
from tests.conftest import SYSTEM
from tests.rewards.conftest import books, offer

__all__ = ["offer"]

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(acts) -> list:
    """Do all of these at the same moment, each on a connection of its own."""
    together, answers = Barrier(len(acts)), []

    def run(each):
        together.wait()
        try:
            answers.append(each())
        finally:
            connection.close()

    threads = [Thread(target=run, args=(each,)) for each in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_the_last_piece_goes_to_one(units, offer):
    """E45, E46: eight members at once, three pieces: three have one, and the others are told why not."""
    offer("mug", stock=3)
    published("gift", {"kind": "reward", "reward": "mug"}, limit={"times": 1, "per": "life"})
    people = [members.enrol(f"m{number}", actor=SYSTEM) for number in range(8)]
    told = [act("review.published", each, id=f"v{each.ref}", sku="soap") for each in people]
    answers = at_once([lambda one=one: intake.take([one], actor=SYSTEM)[0] for one in told])
    given = [answer for answer in answers if answer.effects]
    missed = [answer.not_earned for answer in answers if not answer.effects]
    assert (len(given), len(missed)) == (3, 5)
    assert all(each[-1]["why"] == "None is left of mug" for each in missed)
    assert (Reward.objects.get().stock, Redemption.objects.count()) == (0, 3)
    assert LimitUse.objects.filter(times=1).count() == 3
    assert (faults(), broken(), books()) == ([], [], [])


def test_guessing_with_many_hands_is_no_quicker(units, bo):
    """E34: sixteen wrong codes at once; ten are read."""
    published(
        "code",
        earns(5),
        triggers=["code.entered"],
        conditions={"field": "activity.code", "op": "is", "value": "RIGHT"},
    )

    def guess(number):
        try:
            entering.enter(bo, code=f"WRONG{number}", key=str(number), actor=SYSTEM)
        except TooManyCodes:
            return "refused"
        return "read"

    answers = at_once([lambda n=n: guess(n) for n in range(16)])
    assert (answers.count("read"), answers.count("refused")) == (10, 6)
    assert Activity.objects.filter(kind="code.entered").count() == 10

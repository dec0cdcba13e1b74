"""The demo's partner pays for a visit, and loading the demo again doubles nothing."""

from datetime import timedelta

import pytest

from loyalty.campaigns.operations import standard
from loyalty.demo import funding, people, places, story
from loyalty.rewards.models import Fund
from members import clock
from members.models import Entry
from tests.campaigns.funding import books, moves
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db


def test_the_harbour_pays_for_bos_visit(units, points):
    """E93."""
    now = clock.now()
    standard.install(actor=SYSTEM)
    joined_on = (now - timedelta(days=100)).date()
    users = people.install(password="correct horse", joined_on=joined_on, actor=SYSTEM)
    for _ in range(2):
        places.install(users=users, now=now, actor=SYSTEM)
        funding.install(points=points, actor=SYSTEM)
        story.tell(now=now, actor=SYSTEM)
    fund = Fund.objects.get()
    assert moves(fund) == [("bought", 2_000), ("granted", 15)]
    entry = Entry.objects.get(pk=fund.moves.get(kind="granted").entry_id)
    assert entry.credit.member.ref == "bo"
    assert entry.reason == "Come by the harbour: 15 for doing it, paid by Harbour co-op"
    assert books() == []

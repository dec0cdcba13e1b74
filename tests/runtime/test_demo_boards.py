"""The demo's boards have people on them, who joined as everybody does."""

import pytest

from loyalty.demo import people
from members.models import AuditRow, Member
from members.operations import members
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db


def test_bo_and_every_third_customer_stand_on_the_boards_and_once(units, amara, bo):
    """UM15: Amara has yet to decide."""
    for number in range(7):
        members.enrol(f"cd-{number}", actor=SYSTEM)
    for _ in range(2):
        people.join_boards(actor=SYSTEM)
    ranked = Member.objects.filter(is_ranked=True).order_by("pk").values_list("ref", flat=True)
    assert list(ranked) == ["bo", "cd-0", "cd-3", "cd-6"]
    assert AuditRow.objects.filter(verb="members.member.updated").count() == 4

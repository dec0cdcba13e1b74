"""Many workers award at the same moment, on real connections."""

import pytest

from members.models import Activity, AuditRow
from recognition.models import BadgeAward
from recognition.operations import badges
from tests.conftest import SYSTEM
from tests.recognition.conftest import give
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


def test_parallel_workers_award_once(badge, amara):
    """A9: eight workers with the same cause, one award, one audit row, one activity."""
    said = together(*[lambda: give(amara, badge)] * 8)
    assert said == ["done"] * 8
    assert BadgeAward.objects.count() == 1
    assert AuditRow.objects.filter(verb="recognition.badge_award.given").count() == 1
    assert Activity.objects.filter(kind="badge.awarded").count() == 1


def test_parallel_causes_of_a_badge_that_is_won_once(badge, amara):
    """A9: six different causes race, one award."""
    said = together(*[lambda n=n: give(amara, badge, key=f"order:{n}") for n in range(6)])
    assert said == ["done"] * 6
    assert BadgeAward.objects.count() == 1


def test_parallel_causes_of_a_repeatable_badge_are_numbered_without_gaps(amara):
    """A6, A9."""
    badge = badges.define(
        "ten", name="Ten orders", criteria="Ten.", is_repeatable=True, actor=SYSTEM
    )
    badges.activate(badge, actor=SYSTEM)
    said = together(*[lambda n=n: give(amara, badge, key=f"order:{n}") for n in range(6)])
    assert said == ["done"] * 6
    assert sorted(BadgeAward.objects.values_list("seq", flat=True)) == [1, 2, 3, 4, 5, 6]

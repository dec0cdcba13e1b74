"""A nominator in several tabs, on real connections."""

import pytest

from members.operations import members
from recognition.errors import NoNominationsLeft
from recognition.models import Nomination
from recognition.operations import cycles
from tests.conftest import SYSTEM
from tests.recognition.conftest import propose
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_limit_holds_in_parallel(cycle, bo):
    """B2: five tabs, two nominations."""
    people = [members.enrol(f"p{number}", actor=SYSTEM) for number in range(5)]
    said = together(*[lambda p=person: propose(cycle, bo, p) for person in people])
    assert sorted(said) == ["done"] * 2 + [NoNominationsLeft.code] * 3
    assert Nomination.objects.count() == 2


def test_a_cycle_is_decided_once(cycle, amara, bo):
    """Two clicks on "close": one list of cases."""
    propose(cycle, bo, amara)
    said = together(*[lambda: cycles.close(cycle, actor=SYSTEM)] * 2)
    assert sorted(said) == ["done", "step_not_allowed"]

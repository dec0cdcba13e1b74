"""Activities that count after all, or not at all: what the database itself allows."""

import pytest
from django.db import DatabaseError, transaction

from members.models import Activity
from members.operations import activities, ledger
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(bo) -> Activity:
    return activities.record("app.opened", member=bo, source="s", external_id="1", actor=SYSTEM)


def status() -> str:
    return Activity.objects.get(external_id="1", source="s").status


def test_one_for_which_nothing_was_posted_may_wait_and_count_again(told):
    activities.have_looked_at([told.pk], reason="A look")
    assert status() == "parked"
    activities.admit([told.pk], {})
    assert status() == "accepted"


def test_one_that_has_brought_points_counts_for_good(told, bo, points):
    """E1: whatever the code says."""
    ledger.accrue(
        bo, unit=points, amount=5, key="k", reason="x", actor=SYSTEM, cause=("activity", told.pk)
    )
    for verb in (activities.have_looked_at, activities.decline):
        with pytest.raises(DatabaseError), transaction.atomic():
            verb([told.pk], reason="No")
    assert status() == "accepted"


def test_one_that_was_declined_stays_so(told):
    assert activities.decline([told.pk], reason="No") == [told.pk]
    assert activities.decline([told.pk], reason="No") == []
    with pytest.raises(DatabaseError), transaction.atomic():
        Activity.objects.filter(pk=told.pk).update(status="accepted")
    assert status() == "declined"

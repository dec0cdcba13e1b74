"""Joining: at the same moment, and after something was told already."""

import threading
from datetime import date

import pytest
from django.db import connection, transaction

from members import clock
from members.models import Activity, Job, Member
from members.operations import activities, members
from tests.conftest import SYSTEM


@pytest.mark.django_db(transaction=True)
def test_enrolling_one_person_twice_at_once_makes_one_membership(units):
    """E45: the second finds the first one's membership instead of an error."""
    found = []

    def enrol():
        found.append(members.enrol("zed", actor=SYSTEM).pk)
        connection.close()

    second = threading.Thread(target=enrol)
    with transaction.atomic():
        first = members.enrol("zed", actor=SYSTEM)
        second.start()
        second.join(timeout=0.5)  # it waits for our commit
    second.join(timeout=30)
    assert found == [first.pk]
    assert Member.objects.count() == 1


@pytest.mark.django_db
def test_an_import_gives_new_members_what_was_told_before(units):
    """E89: parked activities of people whom an import makes known are theirs, and evaluated."""
    fact = {
        "kind": "visit.checked_in",
        "member_id": None,
        "source": "door",
        "occurred_at": clock.now(),
        "payload": {},
        "status": "parked",
    }
    told = [fact | {"subject": ref, "external_id": ref} for ref in ("zed", "yan")]
    keys = activities.insert(told, at=clock.now(), by="tests")
    members.enrol_missing(["zed"], actor=SYSTEM, joined_on={"zed": date(2026, 1, 1)})
    rows = Activity.objects.order_by("external_id").values_list("subject", "member__ref", "status")
    assert list(rows) == [("yan", None, "parked"), ("zed", "zed", "accepted")]
    [job] = Job.objects.filter(kind="activity.evaluate")
    assert job.arguments == {"activities": [keys["door", "zed"]], "claimed": True}

"""The worth of orders that were told before it was kept is what it would be today."""

import importlib

import pytest
from django.db import connection

from members import clock
from members.models import Activity
from members.operations import activities
from tests.campaigns.conftest import order, take

pytestmark = pytest.mark.django_db

migration = importlib.import_module("members.migrations.0026_order_worth")


def test_the_migration_fills_what_taking_would_have_written(units, amara):
    take(
        order(amara, "10.50", "5", id="a", discount="1.25", paid_with_points="2.00"),
        order(amara, "10.99", id="b", currency="USD", exchange_rate="0.9"),
        order(amara, "50", id="c", category="gift_card"),
        order(amara, "3", id="d", discount="4"),
        order(amara, "3", id="e", currency="USD"),
    )
    rows = Activity.objects.filter(kind="order.placed").order_by("external_id")
    before = list(rows.values_list("worth", flat=True))
    assert before == [1225, 989, 0, 0, 300]
    old = [
        {
            "source": "old",
            "external_id": row.external_id,
            "kind": row.kind,
            "subject": "amara",
            "member_id": amara.pk,
            "occurred_at": row.occurred_at,
            "payload": row.payload,
        }
        for row in rows
    ]
    activities.insert(old, at=clock.now(), by="tests")
    with connection.schema_editor(atomic=False) as editor:
        migration.fill(None, editor)
    # What another currency was worth that day is not known to it.
    assert list(rows.filter(source="old").values_list("worth", flat=True)) == [
        1225,
        989,
        0,
        0,
        None,
    ]
    assert list(rows.filter(source="shop").values_list("worth", flat=True)) == before

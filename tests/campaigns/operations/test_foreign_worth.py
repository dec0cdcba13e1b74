"""The worth of old orders in other currencies, by the rate that is known."""

import importlib
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from loyalty.campaigns.models import Evaluation
from loyalty.campaigns.operations import rates
from members import clock
from members.models import Activity
from members.operations import activities
from tests.campaigns.conftest import order, take
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db

migration = importlib.import_module("loyalty.campaigns.migrations.0016_foreign_worth")


def test_by_the_rate_it_was_evaluated_with_else_that_of_its_day(units, amara):
    """E92, E32: the same as would be written today; without a rate it stays unknown."""
    now = clock.now()
    day = (now - timedelta(days=10)).date()
    rates.set_rate("USD", rate=Decimal("0.9"), starts_on=day, actor=SYSTEM)
    take(
        order(amara, "10.99", id="a", currency="USD", at=now - timedelta(days=5)),
        order(amara, "10.99", id="b", currency="USD", at=now - timedelta(days=5)),
        order(amara, "10.99", id="c", currency="CHF", at=now - timedelta(days=5)),
    )
    told = Activity.objects.filter(kind="order.placed").order_by("external_id")
    assert list(told.values_list("worth", flat=True)) == [989, 989, 1099]
    old = [
        {
            "source": "old",
            "external_id": row.external_id,
            "kind": row.kind,
            "subject": "amara",
            "member_id": amara.pk,
            "occurred_at": row.occurred_at,
            "payload": dict(row.payload) | {"order_id": f"old-{row.external_id}"},
        }
        for row in told
    ]
    ids = activities.insert(old, at=now, by="tests")
    Evaluation.objects.create(
        activity_id=ids["old", "a"], evaluated_at=now, trace=[], rate=Decimal("0.5")
    )
    with connection.schema_editor(atomic=False) as editor:
        migration.fill(None, editor)
    filled = told.filter(source="old").values_list("worth", flat=True)
    assert list(filled) == [549, 989, None]
    assert list(told.filter(source="shop").values_list("worth", flat=True)) == [989, 989, 1099]

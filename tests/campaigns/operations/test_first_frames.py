"""The migration that gives what was published before frames were kept its frame."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from loyalty.campaigns import migrations
from loyalty.campaigns.models import RuleVersion
from loyalty.campaigns.operations import standard
from tests.campaigns.conftest import order, take
from tests.conftest import SYSTEM

SQL = Path(migrations.__file__).parent / "sql" / "first_frames.sql"


def test_it_says_what_publishing_would_have_said(campaigns, bo):
    """E41: the same frame, and the law on published versions stands again."""
    standard.publish(
        {
            "slug": "march",
            "name": "March",
            "triggers": ["order.placed"],
            "effects": [{"kind": "earn", "unit": "points", "amount": 5}],
            "budget_units": 100,
            "starts_at": datetime(2026, 3, 1, 0, 30, tzinfo=UTC),
        },
        actor=SYSTEM,
    )
    take(order(bo, "5.00"))
    before = dict(RuleVersion.objects.values_list("pk", "frame"))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE campaigns_ruleversion DISABLE TRIGGER keep_published")
        cursor.execute("UPDATE campaigns_ruleversion SET frame = '{}'")
        cursor.execute(SQL.read_text())
    after = dict(RuleVersion.objects.values_list("pk", "frame"))
    for frame in (*before.values(), *after.values()):
        starts = frame["starts_at"]
        frame["starts_at"] = datetime.fromisoformat(starts) if starts else None
    assert after == before
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        RuleVersion.objects.update(frame={})

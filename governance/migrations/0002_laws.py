"""Governance's laws, in the database: what was said stays said, and nobody votes who may not."""

from pathlib import Path

from django.db import migrations

from members.append_only import append_only

SQL = Path(__file__).parent / "sql"

CLOSED = (
    "governance_criteria",
    "governance_interest",
    "governance_assignment",
    "governance_recusal",
    "governance_ballot",
    "governance_ballotvoid",
    "governance_decision",
)
WRITTEN = ("judge_ballot", "keep_case", "audit_views")


class Migration(migrations.Migration):
    dependencies = [("governance", "0001_committees_and_cases"), ("members", "0002_laws")]

    operations = [
        *(append_only(table) for table in CLOSED),
        *(
            migrations.RunSQL(
                (SQL / f"{name}.sql").read_text(), (SQL / f"{name}_reverse.sql").read_text()
            )
            for name in WRITTEN
        ),
    ]

"""What each activity brought, for outside checks."""

from django.db import migrations

CREATE = """
CREATE VIEW audit.effect AS
SELECT f.id, f.activity_id, c.slug AS campaign, f.rule_version_id, f.kind, f.unit_code AS unit,
       f.amount, f.entry_id
FROM campaigns_effect f JOIN campaigns_campaign c ON c.id = f.campaign_id
"""


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0002_laws"), ("members", "0003_audit_views")]

    operations = [migrations.RunSQL(CREATE, "DROP VIEW audit.effect")]

"""Redemptions, for outside checks."""

from django.db import migrations

CREATE = """
CREATE VIEW audit.redemption AS
SELECT id, member_id, reward_id, state, entry_id FROM rewards_redemption
"""


class Migration(migrations.Migration):
    dependencies = [("rewards", "0001_rewards"), ("members", "0003_audit_views")]

    operations = [migrations.RunSQL(CREATE, "DROP VIEW audit.redemption")]

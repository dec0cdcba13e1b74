"""The history of what was redeemed so far; what the database itself keeps; coupons for outside checks."""

from pathlib import Path

from django.db import migrations

from members.append_only import append_only

SQL = Path(__file__).parent / "sql"
HISTORY = """
INSERT INTO rewards_redemptionstep (redemption_id, before, after, at, actor_kind, reason)
SELECT id, '', 'confirmed', redeemed_at, 'system', '' FROM rewards_redemption
UNION ALL
SELECT id, 'confirmed', state, coalesce(ended_at, redeemed_at), 'system', ''
FROM rewards_redemption WHERE state <> 'confirmed'
ORDER BY 1, 2
"""
VIEW = """
CREATE VIEW audit.coupon AS
SELECT c.id, c.reward_id, r.member_id, c.redemption_id, c.state, c.expires_at, c.ended_at
FROM rewards_coupon c LEFT JOIN rewards_redemption r ON r.id = c.redemption_id
"""


class Migration(migrations.Migration):
    dependencies = [("rewards", "0003_kinds_coupons_and_history"), ("members", "0003_audit_views")]

    operations = [
        migrations.RunSQL(HISTORY, "DELETE FROM rewards_redemptionstep"),
        append_only("rewards_redemptionstep"),
        migrations.RunSQL(
            (SQL / "keep_coupon.sql").read_text(), (SQL / "keep_coupon_undone.sql").read_text()
        ),
        migrations.RunSQL(VIEW, "DROP VIEW audit.coupon"),
    ]

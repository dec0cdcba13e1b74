"""Messages, for outside checks."""

from django.db import migrations

CREATE = """
CREATE VIEW audit.message AS
SELECT id, member_id, channel, topic, state, dedupe_key, sent_at FROM messaging_message
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_messages"), ("members", "0003_audit_views")]

    operations = [migrations.RunSQL(CREATE, "DROP VIEW audit.message")]

"""What the database itself sees change, and the trigger function that notes it."""

from pathlib import Path

from django.db import migrations, models

from members.append_only import append_only

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("members", "0031_find_members")]

    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("kind", models.CharField(max_length=6)),
                ("subject_type", models.CharField(max_length=60)),
                ("subject_id", models.CharField(max_length=60)),
                ("by_id", models.BigIntegerField(null=True)),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["subject_type", "subject_id"], name="change_subject")
                ],
            },
        ),
        append_only("members_change"),
        migrations.RunSQL((SQL / "note_change.sql").read_text(), "DROP FUNCTION note_change()"),
    ]

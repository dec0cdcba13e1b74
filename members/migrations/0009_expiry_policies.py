"""How long points live, in every way; moved ends are history of their own."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from members.append_only import append_only

SQL = Path(__file__).parent / "sql"
POST = (SQL / "ledger_post_back.sql").read_text()
VIEWS = (SQL / "audit_views.sql").read_text()
VIEW = VIEWS[VIEWS.index("CREATE VIEW audit.lot AS") : VIEWS.index("CREATE VIEW audit.lot_use AS")]


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0008_expire_by_the_clock"),
    ]

    operations = [
        migrations.CreateModel(
            name="LotLife",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("expires_at", models.DateTimeField()),
                ("before", models.DateTimeField()),
                ("at", models.DateTimeField()),
                ("cause_kind", models.CharField(max_length=30)),
                ("cause_id", models.BigIntegerField(null=True)),
                ("reason", models.CharField(max_length=300)),
            ],
            options={
                "verbose_name": "lot's life",
                "verbose_name_plural": "lots' lives",
            },
        ),
        migrations.AddField(
            model_name="unit",
            name="active_kinds",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=60),
                blank=True,
                default=list,
                size=None,
                verbose_name="what counts as activity",
            ),
        ),
        migrations.AddField(
            model_name="unit",
            name="expires_after_days",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="and days"),
        ),
        migrations.AddField(
            model_name="unit",
            name="expires_on_mmdd",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="1231 is 31 December.",
                null=True,
                verbose_name="day of the year",
            ),
        ),
        migrations.AddField(
            model_name="unit",
            name="expiry",
            field=models.CharField(
                choices=[
                    ("rolling", "so long after they were earned"),
                    ("fixed", "on a day of the year"),
                    ("anniversary", "on the joining anniversary"),
                    ("inactivity", "so long after the last activity"),
                ],
                default="rolling",
                max_length=11,
                verbose_name="points expire",
            ),
        ),
        migrations.AddField(
            model_name="unit",
            name="expiry_rounded_to",
            field=models.CharField(
                choices=[
                    ("day", "the day"),
                    ("week", "the week"),
                    ("month", "the month"),
                    ("year", "the year"),
                ],
                default="day",
                max_length=5,
                verbose_name="at the end of",
            ),
        ),
        migrations.AddField(
            model_name="unit",
            name="expiry_since",
            field=models.DateTimeField(
                editable=False, null=True, verbose_name="policy in force since"
            ),
        ),
        migrations.AddField(
            model_name="unit",
            name="late_life_days",
            field=models.PositiveSmallIntegerField(
                default=14, verbose_name="days that points live at least when told late"
            ),
        ),
        migrations.AddField(
            model_name="unit",
            name="life_from",
            field=models.CharField(
                choices=[
                    ("activation", "when they became active"),
                    ("earning", "when they were earned"),
                ],
                default="activation",
                max_length=10,
                verbose_name="pending points live from",
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("expiry", "fixed"), ("expires_on_mmdd__isnull", False)),
                    models.Q(
                        models.Q(("expiry", "fixed"), _negated=True), ("expires_on_mmdd", None)
                    ),
                    _connector="OR",
                ),
                name="unit_fixed_expiry_has_its_day",
                violation_error_message="Points that expire on a day of the year need that day.",
            ),
        ),
        migrations.AddField(
            model_name="lotlife",
            name="lot",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lives",
                to="members.entry",
            ),
        ),
        migrations.AddIndex(
            model_name="lotlife",
            index=models.Index(fields=["lot", "-id"], name="lot_life_newest"),
        ),
        append_only("members_lotlife"),
        migrations.RunSQL(
            (SQL / "lot_end.sql").read_text(),
            VIEW.replace("CREATE VIEW", "CREATE OR REPLACE VIEW")
            + "DROP FUNCTION lot_end(bigint, timestamptz); DROP FUNCTION lot_end(bigint);",
        ),
        # A new database has it from 0005 already, so there is nothing to take back.
        migrations.RunSQL(POST[POST.index("CREATE OR REPLACE FUNCTION") :], migrations.RunSQL.noop),
    ]

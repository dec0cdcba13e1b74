"""Points that partners pay for; their moves and bills are history and stay as they are."""

from pathlib import Path

import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from members.append_only import append_only

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("events_directory", "0003_audit_views"),
        ("members", "0014_stop_at_a_wrong_balance"),
        ("rewards", "0005_segments"),
    ]

    operations = [
        migrations.CreateModel(
            name="Fund",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=60, unique=True, verbose_name="slug")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[("prepaid", "packs, paid before"), ("postpaid", "a monthly bill")],
                        max_length=8,
                        verbose_name="paid by",
                    ),
                ),
                (
                    "price",
                    models.DecimalField(
                        decimal_places=4,
                        max_digits=12,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="price of 1,000 points",
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "ceiling",
                    models.BigIntegerField(
                        blank=True,
                        help_text="Points. For a monthly bill only; empty: no limit.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="at most, a month",
                    ),
                ),
                (
                    "valid_until",
                    models.DateTimeField(blank=True, null=True, verbose_name="valid until"),
                ),
                (
                    "returns_expired",
                    models.BooleanField(
                        default=False,
                        help_text="What members let expire unspent goes back to the partner.",
                        verbose_name="gets expired points back",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "open"), ("paused", "paused"), ("closed", "closed")],
                        default="open",
                        max_length=6,
                        verbose_name="state",
                    ),
                ),
                ("opened_at", models.DateTimeField(editable=False, verbose_name="opened at")),
                (
                    "closed_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="closed at"),
                ),
                (
                    "bought",
                    models.BigIntegerField(default=0, editable=False, verbose_name="bought"),
                ),
                (
                    "refunded",
                    models.BigIntegerField(default=0, editable=False, verbose_name="paid back"),
                ),
                (
                    "granted",
                    models.BigIntegerField(default=0, editable=False, verbose_name="granted"),
                ),
                (
                    "returned",
                    models.BigIntegerField(default=0, editable=False, verbose_name="come back"),
                ),
                ("month", models.DateField(editable=False)),
                ("month_used", models.BigIntegerField(default=0, editable=False)),
                ("unbilled_from", models.DateField(editable=False)),
                ("expired_upto", models.BigIntegerField(default=0, editable=False)),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="funds",
                        to="events_directory.partner",
                        verbose_name="partner",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.unit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "fund",
                "verbose_name_plural": "funds",
                "permissions": [("run_fund", "Can sell packs, pause and close funds")],
            },
        ),
        migrations.CreateModel(
            name="FundBill",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(verbose_name="month")),
                ("granted", models.BigIntegerField(verbose_name="granted")),
                ("returned", models.BigIntegerField(verbose_name="come back")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("made_at", models.DateTimeField(verbose_name="made at")),
                (
                    "fund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bills",
                        to="rewards.fund",
                    ),
                ),
            ],
            options={
                "verbose_name": "bill",
                "verbose_name_plural": "bills",
            },
        ),
        migrations.CreateModel(
            name="FundMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("bought", "pack bought"),
                            ("granted", "granted"),
                            ("returned", "taken back from a member"),
                            ("expired", "expired unspent"),
                            ("refunded", "paid back"),
                            ("billed", "billed"),
                        ],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("points", models.BigIntegerField(verbose_name="points")),
                ("money", models.BigIntegerField(null=True, verbose_name="money")),
                ("month", models.DateField(verbose_name="month")),
                ("key", models.CharField(max_length=200, unique=True)),
                ("cause_kind", models.CharField(blank=True, max_length=30)),
                ("cause_id", models.BigIntegerField(null=True)),
                (
                    "reference",
                    models.CharField(blank=True, max_length=120, verbose_name="reference"),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "entry",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.entry",
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="rewards.fund",
                    ),
                ),
                (
                    "of",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="returns",
                        to="rewards.fundmove",
                    ),
                ),
            ],
            options={
                "verbose_name": "fund move",
                "verbose_name_plural": "fund moves",
            },
        ),
        migrations.AddConstraint(
            model_name="fund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ceiling", None), ("kind", "prepaid")),
                    models.Q(("bought", 0), ("kind", "postpaid")),
                    _connector="OR",
                ),
                name="fund_pays_in_one_way",
                violation_error_message="A ceiling belongs to a monthly bill.",
            ),
        ),
        migrations.AddConstraint(
            model_name="fund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind", "postpaid"),
                    (
                        "granted__lte",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("bought"), "-", models.F("refunded")
                            ),
                            "+",
                            models.F("returned"),
                        ),
                    ),
                    _connector="OR",
                ),
                name="fund_not_overdrawn",
            ),
        ),
        migrations.AddConstraint(
            model_name="fund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ceiling", None), ("month_used__lte", models.F("ceiling")), _connector="OR"
                ),
                name="fund_below_its_ceiling",
                violation_error_message="More than that was granted this month already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="fund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("returned__range", (0, models.F("granted"))),
                    ("refunded__range", (0, models.F("bought"))),
                    ("month_used__gte", 0),
                ),
                name="fund_sums_possible",
            ),
        ),
        migrations.AddConstraint(
            model_name="fund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", False), ("state", "closed")),
                    models.Q(models.Q(("state", "closed"), _negated=True), ("closed_at", None)),
                    _connector="OR",
                ),
                name="fund_closed_at_an_instant",
            ),
        ),
        migrations.AddConstraint(
            model_name="fund",
            constraint=models.CheckConstraint(
                condition=models.Q(("price__gte", 0)), name="fund_price_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="fund",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__regex", "^[A-Z]{3}$")), name="fund_currency"
            ),
        ),
        migrations.AddConstraint(
            model_name="fund",
            constraint=models.CheckConstraint(
                condition=models.Q(("ceiling", None), ("ceiling__gt", 0), _connector="OR"),
                name="fund_ceiling_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundbill",
            constraint=models.UniqueConstraint(
                fields=("fund", "month"), name="fund_billed_once_a_month"
            ),
        ),
        migrations.AddIndex(
            model_name="fundmove",
            index=models.Index(fields=["fund", "month"], name="fund_move_month"),
        ),
        migrations.AddConstraint(
            model_name="fundmove",
            constraint=models.CheckConstraint(
                condition=models.Q(("points__gt", 0), ("kind", "billed"), _connector="OR"),
                name="fund_move_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundmove",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind__in", ["bought", "refunded", "billed"]), ("money__isnull", False)
                    ),
                    models.Q(("kind__in", ["granted", "returned", "expired"]), ("money", None)),
                    _connector="OR",
                ),
                name="fund_move_money",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundmove",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["returned", "expired"]), ("of__isnull", False)),
                    models.Q(
                        models.Q(("kind__in", ["returned", "expired"]), _negated=True), ("of", None)
                    ),
                    _connector="OR",
                ),
                name="fund_move_of_its_grant",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundmove",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["granted", "expired"]), _negated=True),
                    ("entry__isnull", False),
                    _connector="OR",
                ),
                name="fund_move_has_its_entry",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundmove",
            constraint=models.UniqueConstraint(
                fields=("entry", "kind"), name="fund_move_once_an_entry"
            ),
        ),
        append_only("rewards_fundmove"),
        append_only("rewards_fundbill"),
        migrations.RunSQL((SQL / "fund_view.sql").read_text(), "DROP VIEW audit.fund"),
    ]

"""Stacking groups, budgets in money and for segments, holdouts, and frames that are published."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audiences", "0002_laws"),
        ("campaigns", "0008_merged_bonuses"),
        ("members", "0023_viewing_as"),
        ("rewards", "0006_funds"),
    ]

    operations = [
        migrations.CreateModel(
            name="Exposure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "arm",
                    models.CharField(
                        choices=[("treated", "treated"), ("held_out", "held out")],
                        max_length=8,
                        verbose_name="arm",
                    ),
                ),
                ("bucket", models.PositiveSmallIntegerField(verbose_name="bucket")),
                ("exposed_at", models.DateTimeField(verbose_name="exposed at")),
            ],
            options={
                "verbose_name": "exposure",
                "verbose_name_plural": "exposures",
            },
        ),
        migrations.CreateModel(
            name="SegmentBudget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "units",
                    models.BigIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="points",
                    ),
                ),
                (
                    "per",
                    models.CharField(
                        choices=[
                            ("hour", "hour"),
                            ("day", "day"),
                            ("week", "week"),
                            ("month", "month"),
                            ("year", "year"),
                            ("life", "life"),
                        ],
                        default="life",
                        max_length=5,
                        verbose_name="per",
                    ),
                ),
                ("is_open", models.BooleanField(default=True)),
                ("window", models.CharField(default="life", max_length=12)),
                ("used", models.BigIntegerField(default=0)),
            ],
            options={
                "verbose_name": "budget for a segment",
                "verbose_name_plural": "budgets for segments",
            },
        ),
        migrations.CreateModel(
            name="StackingGroup",
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
                    "mode",
                    models.CharField(
                        choices=[
                            ("all", "all of them pay"),
                            ("first", "the first that gives something pays"),
                            ("best", "the best for the member pays"),
                        ],
                        default="best",
                        max_length=5,
                        verbose_name="which pay",
                    ),
                ),
                (
                    "priority",
                    models.SmallIntegerField(
                        default=100, help_text="Lower is decided first.", verbose_name="priority"
                    ),
                ),
                (
                    "weights",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text='What one of each unit counts when they are compared: {"status": "0.5"}.',
                        verbose_name="weights",
                    ),
                ),
            ],
            options={
                "verbose_name": "stacking group",
                "verbose_name_plural": "stacking groups",
                "ordering": ["priority", "slug"],
            },
        ),
        migrations.AddField(
            model_name="budgetuse",
            name="money",
            field=models.DecimalField(decimal_places=8, default=0, max_digits=30),
        ),
        migrations.AddField(
            model_name="campaign",
            name="budget_money",
            field=models.BigIntegerField(
                blank=True,
                help_text="At most so much in all, in the smallest unit of the programme's currency. Empty: no limit.",
                null=True,
                validators=[django.core.validators.MinValueValidator(1)],
                verbose_name="budget in money",
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="cost_per_unit",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text='What one of each unit costs, for the budget in money: {"points": "0.008"}.',
                verbose_name="cost of one",
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="ended_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="ended at"),
        ),
        migrations.AddField(
            model_name="campaign",
            name="exclusive_category",
            field=models.SlugField(
                blank=True,
                help_text="Of the campaigns with the same word only the first that pays applies.",
                max_length=60,
                verbose_name="exclusive category",
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="holdout_percent",
            field=models.PositiveSmallIntegerField(
                default=0,
                help_text="So many of a hundred members are left out, to tell what it brings.",
                validators=[django.core.validators.MaxValueValidator(50)],
                verbose_name="holdout",
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="is_public",
            field=models.BooleanField(
                default=True,
                help_text="Members may read that it exists, and why it did not count for them.",
                verbose_name="public",
            ),
        ),
        migrations.AddField(
            model_name="evaluation",
            name="ruled_out",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="ruleversion",
            name="frame",
            field=models.JSONField(blank=True, default=dict, verbose_name="frame"),
        ),
        migrations.AlterField(
            model_name="campaign",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "draft"),
                    ("review", "in review"),
                    ("scheduled", "scheduled"),
                    ("live", "live"),
                    ("paused", "paused"),
                    ("ended", "ended"),
                ],
                default="draft",
                max_length=9,
                verbose_name="state",
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetuse",
            constraint=models.CheckConstraint(
                condition=models.Q(("money__gte", 0)), name="budget_money_not_negative"
            ),
        ),
        migrations.AddField(
            model_name="exposure",
            name="activity",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.activity"
            ),
        ),
        migrations.AddField(
            model_name="exposure",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="exposures",
                to="campaigns.campaign",
            ),
        ),
        migrations.AddField(
            model_name="exposure",
            name="member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.member"
            ),
        ),
        migrations.AddField(
            model_name="exposure",
            name="rule_version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="campaigns.ruleversion",
            ),
        ),
        migrations.AddField(
            model_name="segmentbudget",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="segment_budgets",
                to="campaigns.campaign",
            ),
        ),
        migrations.AddField(
            model_name="segmentbudget",
            name="segment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="audiences.segment",
                verbose_name="segment",
            ),
        ),
        migrations.AddConstraint(
            model_name="stackinggroup",
            constraint=models.CheckConstraint(
                condition=models.Q(("mode__in", ["all", "first", "best"])),
                name="stacking_mode_known",
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="group",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty: it always applies.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="campaigns",
                to="campaigns.stackinggroup",
                verbose_name="stacking group",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("holdout_percent__lte", 50)),
                name="campaign_holds_out_half_at_most",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_at", None), ("state", "ended"), _connector="OR"),
                name="campaign_ended_has_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="exposure",
            constraint=models.UniqueConstraint(fields=("campaign", "member"), name="exposed_once"),
        ),
        migrations.AddConstraint(
            model_name="exposure",
            constraint=models.CheckConstraint(
                condition=models.Q(("arm__in", ["treated", "held_out"])), name="exposure_arm_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="segmentbudget",
            constraint=models.UniqueConstraint(
                fields=("campaign", "segment"), name="one_budget_a_segment"
            ),
        ),
        migrations.AddConstraint(
            model_name="segmentbudget",
            constraint=models.CheckConstraint(
                condition=models.Q(("units__gt", 0), ("used__gte", 0)), name="segment_budget_counts"
            ),
        ),
    ]

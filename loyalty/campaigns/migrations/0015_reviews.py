"""What a person looks at before it counts, and the rules that say what that is."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0014_referrals"),
        ("members", "0027_activities_set_aside"),
        ("rewards", "0008_redemption_in_review"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReviewCase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reasons", models.JSONField(default=list, verbose_name="reasons")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "to look at"),
                            ("accepted", "accepted"),
                            ("declined", "declined"),
                        ],
                        default="open",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("opened_at", models.DateTimeField(verbose_name="since")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
                ("decision", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                (
                    "activity",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="review",
                        to="members.activity",
                        verbose_name="activity",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="review_cases",
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
                (
                    "redemption",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="review",
                        to="rewards.redemption",
                        verbose_name="redemption",
                    ),
                ),
            ],
            options={
                "verbose_name": "case to look at",
                "verbose_name_plural": "cases to look at",
                "permissions": [("decide_reviewcase", "Can accept and decline what is looked at")],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")),
                        fields=["opened_at"],
                        name="review_case_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("activity__isnull", False), ("redemption", None)),
                            models.Q(("activity", None), ("redemption__isnull", False)),
                            _connector="OR",
                        ),
                        name="review_case_of_one_thing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True),
                                ("decided_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="review_case_decided_when_not_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=40, unique=True, verbose_name="slug")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "side",
                    models.CharField(
                        choices=[("earn", "earning"), ("spend", "spending")],
                        max_length=5,
                        verbose_name="looks at",
                    ),
                ),
                (
                    "subjects",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        blank=True,
                        default=list,
                        help_text="Activity kinds, or rewards, separated by commas. Empty: all.",
                        size=None,
                        verbose_name="of these",
                    ),
                ),
                (
                    "window_hours",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(8784),
                        ],
                        verbose_name="within hours",
                    ),
                ),
                (
                    "most_times",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="more often than"
                    ),
                ),
                (
                    "most_units",
                    models.PositiveBigIntegerField(
                        blank=True, null=True, verbose_name="more points than"
                    ),
                ),
                (
                    "factor",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="Above so many times the median of the member's last orders or redemptions.",
                        max_digits=6,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="times the usual amount",
                    ),
                ),
                (
                    "last",
                    models.PositiveSmallIntegerField(
                        default=10,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(50),
                        ],
                        verbose_name="of the last",
                    ),
                ),
                (
                    "least",
                    models.PositiveSmallIntegerField(
                        default=3,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(50),
                        ],
                        verbose_name="once there are",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("active", "active"), ("paused", "paused")],
                        default="paused",
                        editable=False,
                        max_length=6,
                        verbose_name="state",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="members.unit",
                        verbose_name="points of",
                    ),
                ),
            ],
            options={
                "verbose_name": "rule for looking first",
                "verbose_name_plural": "rules for looking first",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("most_times__isnull", False),
                            ("most_units__isnull", False),
                            ("factor__isnull", False),
                            _connector="OR",
                        ),
                        name="review_rule_asks_something",
                        violation_error_message="Say what is too many, too much or unusual.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("most_times", None), ("most_units", None)),
                            ("window_hours__isnull", False),
                            _connector="OR",
                        ),
                        name="review_rule_has_window",
                        violation_error_message="Say within how many hours.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("most_units", None), ("unit__isnull", False), _connector="OR"
                        ),
                        name="review_rule_has_unit",
                        violation_error_message="Say which points.",
                    ),
                ],
            },
        ),
    ]

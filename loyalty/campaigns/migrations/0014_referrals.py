"""Members who bring friends."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0013_backtests"),
        ("members", "0027_activities_set_aside"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReferralCode",
            fields=[
                (
                    "member",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="referral_code",
                        serialize=False,
                        to="members.member",
                    ),
                ),
                ("code", models.CharField(max_length=10, unique=True)),
                ("made_at", models.DateTimeField(verbose_name="made at")),
            ],
            options={
                "verbose_name": "referral code",
                "verbose_name_plural": "referral codes",
            },
        ),
        migrations.CreateModel(
            name="Referral",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "pending"),
                            ("flagged", "to look at"),
                            ("approved", "approved"),
                            ("void", "void"),
                        ],
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30),
                        default=list,
                        size=None,
                        verbose_name="doubts",
                    ),
                ),
                ("email", models.CharField(blank=True, editable=False, max_length=64)),
                ("device", models.CharField(blank=True, editable=False, max_length=64)),
                ("address", models.CharField(blank=True, editable=False, max_length=64)),
                ("joined_at", models.DateTimeField(verbose_name="joined at")),
                ("noted_at", models.DateTimeField(verbose_name="told at")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
                ("decision", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("approved_at", models.DateTimeField(null=True, verbose_name="approved at")),
                ("voided_at", models.DateTimeField(null=True, verbose_name="void since")),
                (
                    "cause",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("reviewer", "a person decided so"),
                            ("returned", "the purchase came back"),
                            ("merged", "both are one member"),
                            ("twice", "the friend had been brought before"),
                        ],
                        max_length=8,
                        verbose_name="void because",
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=1, editable=False)),
                (
                    "activity",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.activity",
                    ),
                ),
                (
                    "advocate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals",
                        to="members.member",
                        verbose_name="advocate",
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
                    "friend",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referral",
                        to="members.member",
                        verbose_name="friend",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.activity",
                        verbose_name="purchase",
                    ),
                ),
            ],
            options={
                "verbose_name": "referral",
                "verbose_name_plural": "referrals",
                "permissions": [("decide_referral", "Can approve and void referrals")],
            },
        ),
        migrations.CreateModel(
            name="ReferralPolicy",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(
                        default=1, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "return_days",
                    models.PositiveSmallIntegerField(
                        default=14,
                        help_text="Days after which a friend's purchase counts, unless all of it came back.",
                        validators=[django.core.validators.MaxValueValidator(365)],
                        verbose_name="return window",
                    ),
                ),
                (
                    "newcomer_days",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="Days after which somebody who is a member already is no newcomer.",
                        validators=[django.core.validators.MaxValueValidator(3650)],
                        verbose_name="newcomers",
                    ),
                ),
                (
                    "most",
                    models.PositiveSmallIntegerField(
                        default=5,
                        help_text="More friends than this within the days below are looked at.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000),
                        ],
                        verbose_name="friends without a look",
                    ),
                ),
                (
                    "window_days",
                    models.PositiveSmallIntegerField(
                        default=30,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(3650),
                        ],
                        verbose_name="within days",
                    ),
                ),
            ],
            options={
                "verbose_name": "terms for referrals",
                "verbose_name_plural": "terms for referrals",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="one_referral_policy"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("most__gte", 1), ("window_days__gte", 1)),
                        name="referral_policy_counts_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReferralPurchase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_at", models.DateTimeField(verbose_name="counts from")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("counted", "counted"),
                            ("passed", "passed over"),
                        ],
                        default="waiting",
                        max_length=7,
                        verbose_name="state",
                    ),
                ),
                (
                    "activity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.activity",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="purchases",
                        to="campaigns.referral",
                    ),
                ),
            ],
            options={
                "verbose_name": "purchase of a friend",
                "verbose_name_plural": "purchases of friends",
            },
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(fields=["advocate", "joined_at"], name="referral_of_advocate"),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(fields=["noted_at"], name="referral_noted"),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("email", ""), _negated=True),
                fields=["email"],
                name="referral_email",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("device", ""), _negated=True),
                fields=["device"],
                name="referral_device",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("address", ""), _negated=True),
                fields=["address"],
                name="referral_address",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("state", "flagged")),
                fields=["state"],
                name="referral_to_review",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(("advocate", models.F("friend")), _negated=True),
                name="referral_of_somebody_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "approved"), _negated=True),
                    models.Q(("approved_at__isnull", False), ("order__isnull", False)),
                    _connector="OR",
                ),
                name="referral_approved_for_a_purchase",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state", "void"),
                        ("voided_at__isnull", False),
                        models.Q(("cause", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("state", "void"), _negated=True),
                        ("cause", ""),
                        ("voided_at", None),
                    ),
                    _connector="OR",
                ),
                name="referral_void_has_cause",
            ),
        ),
        migrations.AddIndex(
            model_name="referralpurchase",
            index=models.Index(
                condition=models.Q(("state", "waiting")),
                fields=["due_at"],
                name="referral_purchase_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="referralpurchase",
            constraint=models.UniqueConstraint(
                fields=("referral", "activity"), name="referral_purchase_noted_once"
            ),
        ),
    ]

"""What happened to the keys of somebody's door, and until when points stay because of it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0037_kind_versions_as_they_were"),
    ]

    operations = [
        migrations.CreateModel(
            name="CredentialChange",
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
                            ("password_reset", "password reset by e-mail"),
                            ("password", "password changed"),
                            ("email", "e-mail address changed"),
                            ("factor_removed", "second factor removed"),
                            ("recovery", "signed in with a recovery code"),
                            ("return", "signed in after a long time"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                ("waits_until", models.DateTimeField(verbose_name="waits until")),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="confirmed at")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="credential_changes",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="sign-in",
                    ),
                ),
            ],
            options={
                "verbose_name": "change of a credential",
                "verbose_name_plural": "changes of credentials",
                "indexes": [
                    models.Index(fields=["user", "waits_until"], name="credential_waiting")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("waits_until__gte", models.F("at"))),
                        name="credential_waits_after",
                    )
                ],
            },
        ),
    ]

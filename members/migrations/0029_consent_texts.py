"""The wordings that members agree to, in every version and language. They are never changed."""

from django.db import migrations, models

from members.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0028_hold_order_source"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConsentText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("terms", "terms of the programme"),
                            ("programme", "news by e-mail"),
                        ],
                        max_length=40,
                        verbose_name="purpose",
                    ),
                ),
                ("version", models.PositiveIntegerField(verbose_name="version")),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("title", models.CharField(max_length=150, verbose_name="title")),
                ("text", models.TextField(verbose_name="text")),
                ("changes", models.TextField(blank=True, verbose_name="what changed")),
                ("published_at", models.DateTimeField(verbose_name="in force from")),
            ],
            options={
                "verbose_name": "consent text",
                "verbose_name_plural": "consent texts",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("purpose", "version", "language"), name="consent_text_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("version__gte", 1),
                            models.Q(("title", ""), _negated=True),
                            models.Q(("text", ""), _negated=True),
                        ),
                        name="consent_text_whole",
                    ),
                ],
            },
        ),
        append_only("members_consenttext"),
    ]

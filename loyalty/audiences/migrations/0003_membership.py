"""Who is known to belong to a segment, so that entering and leaving can be told."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audiences", "0002_laws"),
        ("members", "0026_order_worth"),
    ]

    operations = [
        migrations.AddField(
            model_name="segment",
            name="counted_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.CreateModel(
            name="SegmentMembership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("entered_at", models.DateTimeField(verbose_name="entered at")),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="audiences.segment",
                    ),
                ),
            ],
            options={
                "verbose_name": "membership of a segment",
                "verbose_name_plural": "memberships of segments",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("segment", "member"), name="segment_membership_once"
                    )
                ],
            },
        ),
    ]

"""Who sees how a member is reached."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0033_bulk_runs"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="member",
            options={
                "permissions": [
                    ("view_as_member", "Can see the pages of a member as they see them"),
                    ("see_contact", "Can see how a member is reached"),
                ],
                "verbose_name": "member",
                "verbose_name_plural": "members",
            },
        ),
    ]

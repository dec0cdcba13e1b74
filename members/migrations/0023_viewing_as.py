"""The permission to view as a member."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0022_merges"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="member",
            options={
                "permissions": [
                    ("view_as_member", "Can see the pages of a member as they see them")
                ],
                "verbose_name": "member",
                "verbose_name_plural": "members",
            },
        ),
    ]

"""The permissions to have a member's data copied, and to erase a member."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0039_erasure"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="member",
            options={
                "permissions": [
                    ("view_as_member", "Can see the pages of a member as they see them"),
                    ("see_contact", "Can see how a member is reached"),
                    ("export_member", "Can have a copy of a member's data made"),
                    ("erase_member", "Can erase a member"),
                ],
                "verbose_name": "member",
                "verbose_name_plural": "members",
            },
        ),
    ]

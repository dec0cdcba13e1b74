"""What a segment said at any time stays as it was."""

from django.db import migrations

from members.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("audiences", "0001_segments"), ("members", "0002_laws")]

    operations = [append_only("audiences_segmentversion")]

"""Every version of every activity kind, as far as the audit trail knows it; from now on none ever changes."""

from django.db import migrations

from members import clock
from members.append_only import append_only
from members.shipped import US

CHANGED = "members.activity_kind.changed"


def fill(apps, editor) -> None:
    """Go back from what each kind is now, change by change."""
    kinds = apps.get_model("members", "ActivityKind").objects.using(editor.connection.alias)
    versions = apps.get_model("members", "ActivityKindVersion").objects
    trail = apps.get_model("members", "AuditRow").objects.using(editor.connection.alias)
    rows, now = [], clock.now()
    for kind in kinds.order_by("pk"):
        said = trail.filter(subject_type="members.activitykind", subject_id=str(kind.pk))
        added = said.filter(verb="members.activity_kind.added").first()
        changes = {
            change.before["version"]: change
            for change in said.filter(verb=CHANGED, before__has_key="version").order_by("pk")
        }
        made_at, made_by = (added.at, added.actor_name) if added else (now, US)
        for number in range(1, kind.version + 1):
            change = changes.get(number)
            if change is not None or number == kind.version:
                schema = kind.schema if change is None else change.before["schema"]
                rows.append(
                    versions.model(
                        kind=kind,
                        number=number,
                        schema=schema,
                        created_at=made_at,
                        created_by=made_by[:150],
                    )
                )
            if change is not None:
                made_at, made_by = change.at, change.actor_name
    versions.using(editor.connection.alias).bulk_create(rows)


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0036_kind_versions"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        append_only("members_activitykindversion"),
    ]

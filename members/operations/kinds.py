"""Activity kinds that staff add: a name, a title, and the JSON Schema of the payload."""

from typing import Any

import jsonschema_rs
from django.db import transaction

from members import clock
from members.domain.actors import Actor
from members.errors import BadSchema, KindShipped
from members.models import ActivityKind, ActivityKindVersion
from members.operations import audit

EDITABLE = ("name", "title", "schema", "is_active")


@transaction.atomic
def add(name: str, *, title: str, schema: dict[str, Any], actor: Actor) -> ActivityKind:
    """A new kind, known to the door and to the rule builder from now on. Raises BadSchema."""
    check_schema(schema)
    kind = ActivityKind(name=name, title=title, schema=schema)
    kind.full_clean()
    kind.save()
    _keep_version(kind, actor=actor)
    audit.record(kind, actor=actor, verb="members.activity_kind.added", after={"name": name})
    return kind


@transaction.atomic
def change(kind: ActivityKind, *, actor: Actor, **fields: Any) -> ActivityKind:
    """Change what of `EDITABLE` is given. Another schema is a new version of the kind.

    Raises KindShipped when a shipped kind would get another name, or BadSchema.
    """
    unknown = set(fields) - set(EDITABLE)
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
    kind = ActivityKind.objects.select_for_update().get(pk=kind.pk)
    changed = {name: value for name, value in fields.items() if getattr(kind, name) != value}
    if "name" in changed and kind.is_shipped:
        raise KindShipped(kind=kind.name)
    if "schema" in changed:
        check_schema(changed["schema"])
        changed["version"] = kind.version + 1
    before = {name: getattr(kind, name) for name in changed}
    if not changed:
        return kind
    for name, value in changed.items():
        setattr(kind, name, value)
    kind.full_clean()
    kind.save(update_fields=list(changed))
    if "schema" in changed:
        _keep_version(kind, actor=actor)
    audit.record(
        kind, actor=actor, verb="members.activity_kind.changed", before=before, after=changed
    )
    return kind


def _keep_version(kind: ActivityKind, *, actor: Actor) -> None:
    """Keep the schema as it is from now on, for good."""
    ActivityKindVersion.objects.create(
        kind=kind,
        number=kind.version,
        schema=kind.schema,
        created_at=clock.now(),
        created_by=actor.name[:150],
    )


def check_schema(schema: Any) -> None:
    """Raise BadSchema unless this is a JSON Schema (draft 2020-12) of an object."""
    if not isinstance(schema, dict) or schema.get("type") != "object":
        raise BadSchema(why='expected an object with "type": "object"')
    try:
        jsonschema_rs.Draft202012Validator(schema)
    except (ValueError, jsonschema_rs.ReferencingError) as fault:
        raise BadSchema(why=str(fault).splitlines()[0][:200]) from fault

"""What a form held when it was opened, so that it is not saved over what somebody saved meanwhile.

The form carries the values it was made from, signed. When it is sent, they are compared with the row as it
is under a lock that every form of the console takes first, so two that are sent at once follow each other.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db import connection
from django.db.models import Model
from django.forms import BaseModelForm, model_to_dict
from django.forms.models import ModelChoiceField
from django.utils.translation import gettext as _

NAME = "_opened"
SALT = "members.opened"


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that somebody changed meanwhile: its label, what it was, what they saved, what you wrote."""

    label: str
    opened: str
    saved: str
    yours: str


def token(row: Model, names: Sequence[str]) -> str:
    """What the form carries."""
    return signing.dumps([str(row.pk), _values(row, names)], salt=SALT, compress=True)


def lock(model: type[Model], key: str) -> None:
    """Until the end of the transaction only one form is saved for this row. Taken before any other lock,
    and by forms alone, so nobody waits for it who holds what another needs."""
    digest = hashlib.sha256(f"{model._meta.label_lower}:{key}".encode()).digest()
    with connection.cursor() as cursor:
        number = int.from_bytes(digest[:8], "big", signed=True)
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def clashes(form: BaseModelForm, carried: str) -> list[Clash]:
    """Where the row is not any more what the form was made from. A form that carries nothing, or what
    belongs to another row, is taken for one that was opened on something else altogether."""
    row = form.instance
    stored = type(row)._default_manager.get(pk=row.pk)
    try:
        key, opened = signing.loads(carried, salt=SALT)
    except signing.BadSignature:
        key, opened = "", {}
    if key != str(row.pk):
        return [Clash(_("The form"), "", _("It was opened for something else."), "")]
    now = _values(stored, tuple(opened))
    return [
        _clash(form, name, opened[name], now[name])
        for name in opened
        if now.get(name) != opened[name]
    ]


def _values(row: Model, names: Sequence[str]) -> dict[str, Any]:
    """The row's fields as text; related rows by their keys."""
    held: Mapping[str, Any] = model_to_dict(row, fields=names)
    return {name: _text(value) for name, value in held.items()}


def _text(value: Any) -> str:
    if isinstance(value, list | tuple | set):
        return "\n".join(sorted(str(getattr(each, "pk", each)) for each in value))
    return "" if value is None else str(value)


def _clash(form: BaseModelForm, name: str, opened: str, saved: str) -> Clash:
    field = form.fields.get(name)
    label = str(field.label) if field is not None and field.label else name
    yours = _text(form.cleaned_data.get(name)) if name in form.cleaned_data else ""
    if isinstance(field, ModelChoiceField):
        sent = form.cleaned_data.get(name)
        yours = _text(sent if isinstance(sent, list | tuple) else getattr(sent, "pk", sent))
        opened, saved, yours = (_named(field, held) for held in (opened, saved, yours))
    return Clash(label, opened, saved, yours)


def _named(field: ModelChoiceField, keys: str) -> str:
    if field.queryset is None:
        return keys
    rows = field.queryset.filter(pk__in=[key for key in keys.split("\n") if key])
    return ", ".join(field.label_from_instance(row) for row in rows)

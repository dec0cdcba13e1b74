"""An object's history as the console shows it: what people did to it, and what the database saw change.

An operation leaves a row in the audit trail, with who and why; the table's own trigger leaves one with
what the columns held. An update of many rows at once leaves only the second.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import DateTimeField, Model, Value
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import AuditRow, Change, User

PAGE = 50
KINDS = {
    "insert": gettext_lazy("added"),
    "update": gettext_lazy("changed"),
    "delete": gettext_lazy("deleted"),
}


@dataclass(frozen=True, slots=True)
class Held:
    """What one column, or one fact, was and became."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the history. `verb` is empty where only the database saw it."""

    at: datetime
    who: str
    verb: str
    kind: str
    reason: str
    held: list[Held]


def page_of(subject: Model, number: Any) -> Page:
    """The newest first, in a handful of queries; the page's objects are moments."""
    named = {"subject_type": subject._meta.label_lower, "subject_id": str(subject.pk)}
    places = [
        rows.objects.filter(**named).annotate(of=Value(of)).values_list("at", "of", "pk")
        for rows, of in ((AuditRow, "audit"), (Change, "change"))
    ]
    found = Paginator(places[0].union(places[1], all=True).order_by("-at", "of", "-pk"), PAGE)
    page = found.get_page(number)
    keys = [(of, pk) for _at, of, pk in page.object_list]
    moments = _audited([pk for of, pk in keys if of == "audit"])
    moments |= _changed([pk for of, pk in keys if of == "change"], subject)
    shown: Any = page  # a page of keys becomes the page of what they stand for
    shown.object_list = [moments[key] for key in keys]
    return shown


def _audited(ids: list[int]) -> dict[tuple[str, int], Moment]:
    return {
        ("audit", row.pk): Moment(
            row.at, row.actor_name, row.verb, "", row.reason, _facts(row.before, row.after)
        )
        for row in AuditRow.objects.filter(pk__in=ids)
    }


def _changed(ids: list[int], subject: Model) -> dict[tuple[str, int], Moment]:
    rows = list(Change.objects.filter(pk__in=ids))
    people = User.objects.in_bulk([row.by_id for row in rows if row.by_id is not None])
    return {
        ("change", row.pk): Moment(
            row.at,
            _name(people.get(row.by_id)),
            "",
            str(KINDS[row.kind]),
            "",
            _facts(row.before, row.after, subject),
        )
        for row in rows
    }


def _name(user: User | None) -> str:
    return (user.get_full_name() or user.email) if user else ""


def _facts(before: Any, after: Any, subject: Model | None = None) -> list[Held]:
    """Name by name; where only names were kept, without what they held."""
    was, became = (kept if isinstance(kept, dict) else {} for kept in (before, after))
    return [
        Held(_column(subject, name), _shown(subject, name, was), _shown(subject, name, became))
        for name in dict.fromkeys((*was, *became))
    ]


def _field(subject: Model | None, column: str) -> Any:
    fields = subject._meta.concrete_fields if subject is not None else ()
    return next((field for field in fields if field.column == column), None)


def _column(subject: Model | None, column: str) -> str:
    field = _field(subject, column)
    return str(field.verbose_name) if field is not None else column.replace("_", " ")


def _shown(subject: Model | None, column: str, held: dict[str, Any]) -> str:
    value = held.get(column)
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return ", ".join(f"{name}: {each}" for name, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    field = _field(subject, column)
    if isinstance(field, DateTimeField) and (at := parse_datetime(str(value))) is not None:
        return date_format(localtime(at), "DATETIME_FORMAT")
    choices: Iterable[tuple[Any, Any]] = getattr(field, "flatchoices", None) or ()
    return str(dict(choices).get(value, value))

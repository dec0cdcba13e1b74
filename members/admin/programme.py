"""What the programme is made of: units, activity kinds. Saved by operations, with audit."""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextareaWidget

from members.console import (
    Foreseen,
    OperationAdmin,
    ReasonForm,
    RefusableForm,
    Step,
    StepsAdmin,
    SurroundedAdmin,
)
from members.domain.actors import Actor
from members.domain.documents import differences
from members.models import ActivityKind, Unit
from members.operations import kinds, lots, programme
from members.permissions import can_include_existing


def _foresee(unit: Unit, *, actor: Actor, reason: str) -> Foreseen:
    """How many lots would end sooner; none ends before one full new period."""
    moves = lots.foresee_policy(unit)
    words = {"unit": unit.name, "why": reason}
    return Foreseen(
        _("Let %(unit)s that members have already end as new ones do: “%(why)s”") % words,
        [
            (_("Members concerned"), "–", intcomma(moves.members)),
            (_("Lots that end sooner"), "–", intcomma(moves.lots)),
            (_("Points in them"), "–", intcomma(moves.points)),
        ],
        [_("Nothing ends before one full new period from now. This cannot be undone at once.")],
    )


@admin.register(Unit)
class UnitAdmin(StepsAdmin, OperationAdmin):
    """What is counted. Units come with the programme; their names and lives are staff's."""

    list_display = ("name", "code", "purpose", "expires_after_months")
    readonly_fields = ("code", "purpose")
    fields = ("code", "purpose", *programme.UNIT_FIELDS)
    steps = (
        Step(
            "include_existing",
            _("Apply to existing points"),
            _("Points that members have already then end as new ones do."),
            "members.change_unit",
            lots.include_existing,
            can=can_include_existing,
            fits=lambda unit: unit.expires,
            form=ReasonForm,
            icon="event_repeat",
            variant=ActionVariant.WARNING,
            foresee=_foresee,
            said=lambda moved: _("%(lots)s lots end sooner.") % {"lots": intcomma(moved)},
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A unit brings accounts for everybody: that is set up, not clicked."""
        return False

    def change_row(self, row: Unit, actor: Actor, **fields: Any) -> Unit:
        """By the operation."""
        return programme.change_unit(row, actor=actor, **fields)


def _versions(kind: ActivityKind) -> list[dict[str, Any]]:
    """Every version, the newest first, with what it says differently from the one before; one query."""
    rows = list(kind.versions.order_by("-number"))
    return [
        {
            "version": row,
            "schema": json.dumps(row.schema, indent=2, ensure_ascii=False, sort_keys=True),
            "changed": [] if before is None else list(differences(before.schema, row.schema)),
        }
        for row, before in zip(rows, [*rows[1:], None], strict=True)
    ]


class ActivityKindForm(RefusableForm):
    """The schema is checked as a JSON Schema before anything is saved."""

    class Meta:
        model = ActivityKind
        fields = ("name", "title", "schema", "is_active")
        widgets = {"schema": UnfoldAdminTextareaWidget(attrs={"rows": 14, "spellcheck": "false"})}

    def clean_schema(self) -> Any:
        """Draft 2020-12, of an object."""
        schema = self.cleaned_data["schema"]
        try:
            kinds.check_schema(schema)
        except ValidationError as fault:
            raise forms.ValidationError(fault.messages) from fault
        return schema


@admin.register(ActivityKind)
class ActivityKindAdmin(SurroundedAdmin, OperationAdmin):
    """What members can do. Staff add kinds; shipped ones keep their name."""

    form = ActivityKindForm
    list_display = ("name", "title", "version", "is_active", "is_shipped")
    list_filter = ("is_active", "is_shipped")
    search_fields = ("name", "title")
    ordering = ("name",)
    change_form_outer_after_template = "admin/members/kind_versions.html"

    def around(self, request: HttpRequest, row: ActivityKind) -> dict[str, Any]:
        """Every version with what it changed."""
        return {"versions": _versions(row)}

    def get_readonly_fields(self, request: HttpRequest, obj: ActivityKind | None = None) -> tuple:
        """Names are for ever."""
        return ("name", "version") if obj else ()

    def get_fields(self, request: HttpRequest, obj: ActivityKind | None = None) -> tuple:
        """A new kind is active from the start."""
        if obj is None:
            return ("name", "title", "schema")
        return ("name", "title", "schema", "is_active", "version")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any):
        """Says under the schema what it is for."""
        kwargs["help_texts"] = {
            "schema": _(
                "JSON Schema, draft 2020-12, of the payload. Simple properties become fields that"
                " rules can ask about."
            )
        }
        return super().get_form(request, obj, change, **kwargs)

    def add_row(self, actor: Actor, **fields: Any) -> ActivityKind:
        """By the operation."""
        return kinds.add(fields.pop("name"), actor=actor, **fields)

    def change_row(self, row: ActivityKind, actor: Actor, **fields: Any) -> ActivityKind:
        """By the operation."""
        return kinds.change(row, actor=actor, **fields)

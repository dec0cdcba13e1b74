"""Ladders, their tiers, and the tiers that were given by hand. Saved by operations, with audit."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from members import permissions
from members.console import OperationAdmin, ReadOnlyAdmin, ReasonForm, Step, StepsAdmin
from members.domain.actors import Actor
from members.models import Tier, TierGroup, TierLift
from members.operations import lifts, programme


@admin.register(TierGroup)
class TierGroupAdmin(OperationAdmin):
    """Ladders: what counts, and how they let members down. A change measures everybody anew."""

    list_display = ("name", "unit", "window", "window_months", "downgrade", "grace_days")
    list_select_related = ("unit",)
    ordering = ("pk",)
    fieldsets = (
        (None, {"fields": (("name", "slug"), "unit")}),
        (_("What counts"), {"fields": ("window", ("window_months", "window_starts_on"))}),
        (
            _("The way down"),
            {"fields": ("downgrade", ("grace_days", "notice_days"), "undo_days")},
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: TierGroup | None = None) -> tuple:
        """What a ladder counts, and its name to the outside, are for ever."""
        return ("slug", "unit") if obj else ()

    def add_row(self, actor: Actor, **fields: Any) -> TierGroup:
        """By the operation."""
        return programme.add_group(fields.pop("slug"), actor=actor, **fields)

    def change_row(self, row: TierGroup, actor: Actor, **fields: Any) -> TierGroup:
        """By the operation."""
        return programme.change_group(row, actor=actor, **fields)


@admin.register(Tier)
class TierAdmin(OperationAdmin):
    """The steps of a ladder."""

    list_display = ("name", "group", "threshold", "benefits")
    list_filter = ("group",)
    list_select_related = ("group",)
    ordering = ("group", "threshold")
    fields = ("name", "group", "slug", "threshold", "benefits", "reinstates_days")

    def get_readonly_fields(self, request: HttpRequest, obj: Tier | None = None) -> tuple:
        """A step stays on its ladder, under its slug."""
        return ("group", "slug") if obj else ()

    def add_row(self, actor: Actor, **fields: Any) -> Tier:
        """By the operation."""
        return programme.add_tier(fields.pop("group"), actor=actor, **fields)

    def change_row(self, row: Tier, actor: Actor, **fields: Any) -> Tier:
        """By the operation."""
        return programme.change_tier(row, actor=actor, **fields)


@admin.register(TierLift)
class TierLiftAdmin(StepsAdmin, ReadOnlyAdmin):
    """Tiers given by hand. They are given on the member's page, and can be ended here."""

    list_display = ("member", "tier", "group", "starts_at", "ends_at", "ended_at", "given_by")
    list_filter = ("tier",)
    list_select_related = ("member", "tier", "group")
    search_fields = ("=member__ref", "reason")
    search_help_text = _("A member's reference, or words of the reason")
    ordering = ("-pk",)
    fields = (
        ("member", "tier"),
        ("starts_at", "ends_at", "ended_at"),
        "reason",
        "given_by",
    )
    steps = (
        Step(
            name="end_lift",
            label=_("End it now"),
            question=_("The member will stand where their points are."),
            permission="members.change_tierlift",
            act=lifts.end_lift,
            can=permissions.can_end_lift,
            fits=lambda lift: lift.ended_at is None,
            form=ReasonForm,
        ),
    )

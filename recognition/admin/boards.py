"""Leaderboards."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.enums import ActionVariant

from members.console import OperationAdmin, Step, StepsAdmin
from members.domain.actors import Actor
from recognition import permissions
from recognition.models import Leaderboard
from recognition.operations import leaderboards

STATES = {"draft": "info", "active": "success", "archived": "default"}


@admin.register(Leaderboard)
class LeaderboardAdmin(StepsAdmin, OperationAdmin):
    """Boards. Their scores come from the ledger and from nowhere else."""

    list_display = ("name", "slug", "unit", "window", "ties", "state_label")
    list_filter = ("state", "unit")
    list_select_related = ("unit",)
    search_fields = ("name", "slug")
    ordering = ("name",)
    fields = (
        ("name", "slug"),
        ("unit", "window", "ties"),
        ("starts_on", "ends_on"),
        "minimum_visible",
    )
    steps = (
        Step(
            "activate",
            _("Show"),
            _("Members see the board from now on."),
            "recognition.change_leaderboard",
            leaderboards.activate,
            can=permissions.can_change_board,
            fits=lambda board: board.state != Leaderboard.State.ACTIVE,
            icon="visibility",
            variant=ActionVariant.PRIMARY,
        ),
        Step(
            "archive",
            _("Archive"),
            _("Members do not see it any more."),
            "recognition.change_leaderboard",
            leaderboards.archive,
            can=permissions.can_change_board,
            fits=lambda board: board.state == Leaderboard.State.ACTIVE,
            icon="archive",
        ),
    )

    @display(description=_("state"), ordering="state", label=STATES)
    def state_label(self, board: Leaderboard) -> tuple[str, str]:
        """The state, as a label."""
        return board.state, board.get_state_display()

    def get_readonly_fields(self, request: HttpRequest, obj: Leaderboard | None = None) -> tuple:
        """Its address and its unit are for ever."""
        return ("slug", "unit") if obj else ()

    def add_row(self, actor: Actor, **fields: Any) -> Leaderboard:
        """By the operation."""
        return leaderboards.define(fields.pop("slug"), actor=actor, **fields)

    def change_row(self, row: Leaderboard, actor: Actor, **fields: Any) -> Leaderboard:
        """By the operation."""
        return leaderboards.edit(row, actor=actor, **fields)

"""Achievements and streaks, and how far members are with them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.enums import ActionVariant

from members.console import OperationAdmin, ReadOnlyAdmin, Step, StepsAdmin
from members.domain.actors import Actor
from recognition import permissions
from recognition.models import Achievement, Progress, Streak, StreakMilestone
from recognition.operations import goals

STATES = {"draft": "info", "active": "success", "archived": "default"}


def steps_of(name: str) -> tuple[Step, ...]:
    """The verbs that both share; `name` is that of the permission."""
    return (
        Step(
            "activate",
            _("Activate"),
            _("From now on it can be worked towards, and what it asks for stands still."),
            f"recognition.{name}",
            goals.activate,
            can=permissions.can_change_goal,
            fits=lambda goal: not goal.is_active,
            icon="play_arrow",
            variant=ActionVariant.PRIMARY,
        ),
        Step(
            "archive",
            _("Archive"),
            _("Nothing counts towards it any more. What was reached stays."),
            f"recognition.{name}",
            goals.archive,
            can=permissions.can_change_goal,
            fits=lambda goal: goal.is_active,
            icon="archive",
        ),
    )


class GoalAdmin(StepsAdmin, OperationAdmin):
    """What both have in common."""

    list_filter = ("state",)
    search_fields = ("name", "slug")
    ordering = ("name",)

    @display(description=_("state"), ordering="state", label=STATES)
    def state_label(self, goal: Achievement | Streak) -> tuple[str, str]:
        """The state, as a label."""
        return goal.state, goal.get_state_display()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple:
        """Its address is for ever; what it asks for from the activation on."""
        if obj is None:
            return ()
        is_draft = obj.state == obj.State.DRAFT
        return ("slug",) if is_draft else ("slug", *goals.PROMISED[self.model])

    def add_row(self, actor: Actor, **fields: Any) -> Any:
        """By the operation."""
        return goals.define(self.model, slug=fields.pop("slug"), actor=actor, **fields)

    def change_row(self, row: Any, actor: Actor, **fields: Any) -> Any:
        """By the operation."""
        return goals.edit(row, actor=actor, **fields)


@admin.register(Achievement)
class AchievementAdmin(GoalAdmin):
    """So many steps within a period. A campaign's rule says what a step is."""

    list_display = ("name", "slug", "state_label", "target", "period", "recurrence", "badge")
    list_select_related = ("badge",)
    fields = (
        ("name", "slug"),
        "criteria",
        ("target", "step_words"),
        ("period", "recurrence"),
        "carries",
        "badge",
    )
    steps = steps_of("change_achievement")


@admin.register(Streak)
class StreakAdmin(GoalAdmin):
    """Weeks in a row, or days. A campaign's rule says what keeps one."""

    list_display = (
        "name",
        "slug",
        "state_label",
        "every",
        "freezes",
        "freeze_period",
        "milestones",
    )
    fields = (("name", "slug"), "criteria", "every", ("freezes", "freeze_period"), "milestones")
    steps = steps_of("change_streak")


@admin.register(Progress)
class ProgressAdmin(ReadOnlyAdmin):
    """How far members are; a replay of what they did."""

    list_display = ("achievement", "member", "period", "steps", "reached", "reached_on")
    list_display_links = ("achievement", "member")
    list_filter = ("achievement",)
    search_fields = ("=member__ref",)
    search_help_text = _("A member's reference")
    list_select_related = ("achievement", "member")
    ordering = ("-id",)


@admin.register(StreakMilestone)
class StreakMilestoneAdmin(ReadOnlyAdmin):
    """Milestones that members were told of."""

    list_display = ("streak", "member", "milestone", "reached_on", "told_at")
    list_display_links = ("streak", "member")
    list_filter = ("streak",)
    search_fields = ("=member__ref",)
    search_help_text = _("A member's reference")
    list_select_related = ("streak", "member")
    ordering = ("-id",)

"""The timetable: what runs by the clock. The code writes it; staff may pause a line."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import PeriodicTask

from loyalty.measurement.admin import strangers
from loyalty.measurement.operations import timetable
from members.console import OperationAdmin
from members.domain.actors import Actor

assert strangers  # beat's own page has to be gone first


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(OperationAdmin):
    """One line of the timetable; only `enabled` can be changed."""

    list_display = ("name", "enabled", "schedule", "last_run_at", "total_run_count")
    list_filter = ("enabled",)
    list_select_related = ("crontab", "interval", "clocked", "solar")
    ordering = ("name",)
    fields = ("name", "enabled", "schedule", "args", "last_run_at", "total_run_count")
    readonly_fields = ("name", "schedule", "args", "last_run_at", "total_run_count")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Lines come from the code."""
        return False

    @admin.display(description=_("when"))
    def schedule(self, task: PeriodicTask) -> str:
        """In words."""
        return str(task.crontab or task.interval or task.clocked or task.solar)

    def change_row(self, row: PeriodicTask, actor: Actor, **fields: Any) -> PeriodicTask:
        """By the operation."""
        return timetable.set_enabled(row, enabled=fields["enabled"], actor=actor)

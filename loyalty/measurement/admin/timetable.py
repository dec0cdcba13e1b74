"""The timetable: what runs by the clock. The code writes it; staff may pause a line."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import CharField, F, Func, OuterRef, QuerySet, Subquery, Value
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import PeriodicTask

from loyalty.measurement.admin import strangers
from loyalty.measurement.operations import timetable
from members import clock
from members.console import OperationAdmin
from members.domain.actors import Actor
from members.models import SweepRun

assert strangers  # beat's own page has to be gone first


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(OperationAdmin):
    """One line of the timetable; only `enabled` can be changed."""

    list_display = ("name", "enabled", "schedule", "last_run_at", "took", "next_at")
    list_filter = ("enabled",)
    list_select_related = ("crontab", "interval", "clocked", "solar")
    ordering = ("name",)
    fields = ("name", "enabled", "schedule", "args", "last_run_at", "total_run_count")
    readonly_fields = ("name", "schedule", "args", "last_run_at", "total_run_count")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PeriodicTask]:
        """With how long the last run of each line took."""
        sweep = Func(OuterRef("args"), Value('["]'), function="btrim", output_field=CharField())
        runs = SweepRun.objects.filter(sweep=sweep, ended_at__isnull=False)
        spans = runs.order_by("-covers_until").values(span=F("ended_at") - F("started_at"))[:1]
        return super().get_queryset(request).annotate(span=Subquery(spans))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Lines come from the code."""
        return False

    @admin.display(description=_("when"))
    def schedule(self, task: PeriodicTask) -> str:
        """In words."""
        return str(task.crontab or task.interval or task.clocked or task.solar)

    @admin.display(description=_("took"))
    def took(self, task: Any) -> str:
        """The last run, in seconds; lines that are no sweeps leave none."""
        return f"{task.span.total_seconds():.1f} s" if task.span is not None else "–"

    @admin.display(description=_("next"))
    def next_at(self, task: PeriodicTask) -> str:
        """When it rings again, if nothing holds beat up."""
        if not task.enabled:
            return gettext("paused")
        now = clock.now()
        left = task.schedule.remaining_estimate(task.last_run_at or now)
        # A moment passed while it was reckoned; without it the minute before would be named.
        at = localtime(now + max(left, timedelta(0)) + timedelta(seconds=1))
        return date_format(at, "DATETIME_FORMAT")

    def change_row(self, row: PeriodicTask, actor: Actor, **fields: Any) -> PeriodicTask:
        """By the operation."""
        return timetable.set_enabled(row, enabled=fields["enabled"], actor=actor)

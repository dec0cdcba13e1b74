"""What happened, and what is still to do: audit trail, sweeps, decisions, jobs."""

import csv

import structlog
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe
from unfold.decorators import action, display

from members.console import ReadOnlyAdmin, Step, StepsAdmin
from members.domain.actors import Actor
from members.models import AuditRow, Decision, Job, SweepRun
from members.operations import jobs, trail
from members.permissions import can_retry, held

log = structlog.get_logger(__name__)

STATES = {"ready": "info", "done": "success", "dead": "danger"}


@admin.register(AuditRow)
class AuditRowAdmin(ReadOnlyAdmin):
    """Who changed what."""

    list_display = ("at", "actor_name", "verb", "subject_type", "subject_id", "reason")
    list_filter = ("actor_kind", "subject_type")
    search_fields = ("=subject_id", "verb", "actor_name")
    search_help_text = _("Verb, actor, or the id of what was changed")
    ordering = ("-id",)
    list_before_template = "admin/members/to_trail_file.html"

    def get_urls(self) -> list[URLPattern]:
        """The file beside the stock pages."""
        file = self.admin_site.admin_view(self.file_view)
        return [path("trail.csv", file, name="members_auditrow_file"), *super().get_urls()]

    @method_decorator(require_safe)
    def file_view(self, request: HttpRequest) -> StreamingHttpResponse:
        """What the list shows under the same filters and search, as CSV. Who took it is logged."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        log.info("audit_trail_taken", by=request.user.pk, filters=request.GET.urlencode())
        writer = csv.writer(_Line(), lineterminator="\n")
        found = self.get_changelist_instance(request).get_queryset(request)
        return StreamingHttpResponse(
            (writer.writerow(row) for row in trail.rows(found)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="audit-trail.csv"'},
        )


class _Line:
    """What a CSV writer writes to when each line goes out at once."""

    @staticmethod
    def write(line: str) -> str:
        """Nothing is kept."""
        return line


@admin.register(SweepRun)
class SweepRunAdmin(ReadOnlyAdmin):
    """The timetable's runs."""

    list_display = ("sweep", "covers_until", "started_at", "took", "due", "done", "has_worked")
    list_filter = ("sweep",)
    ordering = ("-id",)

    @display(description=_("took"))
    def took(self, run: SweepRun) -> str:
        """From its first chunk to its last, in seconds."""
        return f"{(run.ended_at - run.started_at).total_seconds():.1f} s" if run.ended_at else "–"

    @display(description=_("worked"), boolean=True)
    def has_worked(self, run: SweepRun) -> bool:
        """Whether it ended without a fault."""
        return run.ended_at is not None and not run.fault


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    """What was decided for whom, once for each occurrence."""

    list_display = ("member", "kind", "occurrence", "outcome", "decided_at")
    list_filter = ("kind", "outcome")
    search_fields = ("=member__ref", "=occurrence")
    search_help_text = _("A member's reference, or the occurrence")
    list_select_related = ("member",)
    ordering = ("-id",)


@admin.register(Job)
class JobAdmin(StepsAdmin, ReadOnlyAdmin):
    """The work queue. What gave up can be tried again."""

    list_display = (
        "id",
        "kind",
        "state_label",
        "attempts",
        "took",
        "not_before",
        "done_at",
        "fault_shown",
    )
    list_display_links = ("id", "kind")
    list_filter = ("state", "kind")
    search_fields = ("=key", "kind")
    ordering = ("-id",)
    actions = ("retry_all",)
    steps = (
        Step(
            "retry",
            _("Try again"),
            _("The job goes back on the queue with fresh attempts."),
            "members.change_job",
            jobs.retry,
            can=can_retry,
            fits=lambda job: job.state == Job.State.DEAD,
            icon="replay",
        ),
    )

    @display(description=_("state"), ordering="state", label=STATES)
    def state_label(self, job: Job) -> tuple[str, str]:
        """The state, as a label."""
        return job.state, job.get_state_display()

    @display(description=_("took"), ordering="took_ms")
    def took(self, job: Job) -> str:
        """How long its last attempt took, in seconds."""
        return "–" if job.took_ms is None else f"{job.took_ms / 1000:.3f} s"

    @display(description=_("fault"))
    def fault_shown(self, job: Job) -> str:
        """The beginning of what went wrong."""
        return job.fault[:80]

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Who may set the queue going again."""
        return bool(held(request.user, "members.change_job"))

    @action(description=_("Try again"), permissions=["retry"])
    def retry_all(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Every chosen job that gave up."""
        dead = list(queryset.filter(state=Job.State.DEAD))
        for job in dead:
            jobs.retry(job, actor=Actor.user(request.user))
        self.message_user(
            request,
            ngettext("%d job tries again.", "%d jobs try again.", len(dead)) % len(dead),
            messages.SUCCESS,
        )

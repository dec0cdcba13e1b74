"""Exports in the staff console: asked for above a list, followed and fetched here."""

from typing import Any

import structlog
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from unfold.decorators import display

from loyalty.connectors import lists, private_files
from loyalty.connectors.models import Export
from loyalty.connectors.operations import exports
from loyalty.connectors.permissions import can_export, can_fetch
from members.console import ReadOnlyAdmin, SurroundedAdmin
from members.domain.actors import Actor
from members.doors import staff_of

log = structlog.get_logger(__name__)
STATES = {"writing": "info", "ready": "success", "failed": "danger", "gone": "default"}


class AskForm(forms.Form):
    """Which list, filtered how."""

    label = forms.CharField(max_length=60)
    query = forms.CharField(max_length=2000, required=False)


@admin.register(Export)
class ExportAdmin(SurroundedAdmin, ReadOnlyAdmin):
    """One's own exports."""

    list_display = ("title", "state_label", "total", "asked_at", "ends_at")
    list_filter = ("state",)
    ordering = ("-pk",)
    fields = (("title", "total"), "query", ("asked_by", "asked_at", "ends_at"), "fault")
    change_form_before_template = "admin/connectors/export.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Export]:
        """Nobody else's, whoever asks."""
        return super().get_queryset(request).filter(asked_by_id=request.user.pk)

    @display(description=gettext_lazy("state"), ordering="state", label=STATES)
    def state_label(self, export: Export) -> tuple[str, str]:
        """The state, or how much is written."""
        if export.state == Export.State.WRITING:
            return export.state, f"{export.percent} %"
        return export.state, export.get_state_display()

    def get_urls(self) -> list[URLPattern]:
        """Asking and fetching beside the stock pages."""
        ask, fetch = (self.admin_site.admin_view(view) for view in (self.ask_view, self.fetch_view))
        return [
            path("ask/", ask, name="connectors_export_ask"),
            path("<int:pk>/file.csv", fetch, name="connectors_export_fetch"),
            *super().get_urls(),
        ]

    def around(self, request: HttpRequest, row: Export) -> dict[str, Any]:
        """How far it has come, and the file."""
        return {"export": row, "may_fetch": can_fetch(request.user, row)}

    @method_decorator(require_POST)
    def ask_view(self, request: HttpRequest) -> HttpResponse:
        """Have a list written as it is filtered; then to the page that says how far it is."""
        form = AskForm(request.POST)
        verdict = can_export(request.user)
        if not verdict:
            raise PermissionDenied(verdict.reason)
        if not form.is_valid():
            raise Http404
        label, query = form.cleaned_data["label"], form.cleaned_data["query"]
        page = lists.page_of(label)
        if page is None:
            raise Http404
        if not lists.may_take(staff_of(request), label):
            raise PermissionDenied
        try:
            found = lists.changelist(page, query, staff_of(request))
        except IncorrectLookupParameters as odd:
            raise Http404 from odd
        last = lists.rows_of(found).values_list("pk", flat=True).last()
        export = exports.ask(
            page.opts.label_lower,
            title=str(page.opts.verbose_name_plural).capitalize(),
            query=query,
            total=found.result_count,
            last_row=last or 0,
            by=staff_of(request),
            actor=Actor.user(request.user),
        )
        messages.success(request, _("The file is being written."))
        return redirect("admin:connectors_export_change", export.pk)

    @method_decorator(require_safe)
    def fetch_view(self, request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
        """The file, for who asked for it, as long as they may see the list."""
        export = get_object_or_404(self.get_queryset(request), pk=pk)
        verdict = can_fetch(request.user, export)
        if not verdict:
            raise PermissionDenied(verdict.reason)
        if not lists.may_take(staff_of(request), export.label):
            raise PermissionDenied
        if not private_files.folder(export.folder).exists():
            raise Http404  # a restored database knows of files that are not there
        exports.fetched(export, actor=Actor.user(request.user))
        log.info("export_fetched", export=export.pk, by=request.user.pk)
        name = f"{slugify(export.title) or 'list'}-{export.asked_at:%Y-%m-%d}.csv"
        return StreamingHttpResponse(
            lists.lines(export),
            content_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": "no-store",
            },
        )

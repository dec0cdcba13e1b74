"""Imports in the staff console: bring a file, say which column is which, check it, read it in."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from unfold.decorators import display
from unfold.enums import ActionVariant
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from loyalty.connectors import failed_rows, permissions
from loyalty.connectors.domain import columns
from loyalty.connectors.models import Import
from loyalty.connectors.operations import import_files
from members.console import ReadOnlyAdmin, Step, StepsAdmin, SurroundedAdmin
from members.domain.actors import Actor
from members.doors import staff_of
from members.models import Job

STATES = {
    "brought": "warning",
    "checking": "info",
    "checked": "warning",
    "reading": "info",
    "done": "success",
    "stopped": "default",
    "gone": "default",
}
#: Faults that are shown on the page; the file has them all.
SHOWN = 50


class BringForm(forms.Form):
    """A file, what it holds, and where it comes from."""

    kind = forms.ChoiceField(
        label=gettext_lazy("It holds"),
        choices=Import.Kind.choices,
        widget=UnfoldAdminSelectWidget(),
    )
    source = forms.RegexField(
        r"^[\w.-]+$",
        label=gettext_lazy("Source"),
        max_length=60,
        initial="import",
        widget=UnfoldAdminTextInputWidget(),
        help_text=gettext_lazy(
            "The system it comes from, for example “till”. The ids of activities belong to it: what was"
            " imported before is recognised by both. Columns are remembered by it."
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=UnfoldAdminFileFieldWidget(),
        help_text=gettext_lazy(
            "CSV with the names of its columns first, or JSON Lines of CloudEvents."
        ),
    )


class ColumnsForm(forms.Form):
    """Which column of the file is which of ours."""

    def __init__(self, *args: Any, found: Import, head: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shape = columns.SHAPES[found.kind]
        names = [("", _("not in the file")), *((name, name) for name in head if name)]
        for name in shape.columns:
            self.fields[name] = forms.ChoiceField(
                label=name,
                choices=names,
                initial=found.columns.get(name, ""),
                required=name in shape.needed,
                widget=UnfoldAdminSelectWidget(),
            )


@admin.register(Import)
class ImportAdmin(SurroundedAdmin, StepsAdmin, ReadOnlyAdmin):
    """Files on their way in."""

    list_display = ("file_name", "kind", "source", "state_label", "lines", "asked_by", "asked_at")
    list_filter = ("state", "kind")
    list_select_related = ("asked_by",)
    search_fields = ("file_name", "=source")
    ordering = ("-pk",)
    fields = (("kind", "source"), ("file_name", "lines"), ("asked_by", "asked_at", "ends_at"))
    change_form_before_template = "admin/connectors/import.html"
    steps = (
        Step(
            "begin",
            gettext_lazy("Read it in"),
            gettext_lazy(
                "Rows with faults are left out, to be mended and brought again. What was imported before"
                " changes nothing. It runs in the background."
            ),
            "connectors.add_import",
            import_files.begin,
            can=permissions.can_begin,
            fits=lambda found: found.state in (Import.State.CHECKED, Import.State.STOPPED),
            icon="upload",
            variant=ActionVariant.PRIMARY,
        ),
        Step(
            "stop",
            gettext_lazy("Stop"),
            gettext_lazy("What has been read in stays. It can be begun again any time."),
            "connectors.add_import",
            import_files.stop,
            can=permissions.can_stop,
            fits=lambda found: found.is_moving,
            icon="stop",
            variant=ActionVariant.WARNING,
        ),
    )

    @display(description=gettext_lazy("state"), ordering="state", label=STATES)
    def state_label(self, found: Import) -> tuple[str, str]:
        """The state, or how far it has come."""
        if found.is_moving:
            return found.state, f"{found.percent} %"
        return found.state, found.get_state_display()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever may import."""
        return bool(permissions.can_import(request.user))

    def get_urls(self) -> list[URLPattern]:
        """The columns and the failed rows beside the stock pages."""
        mapping, failed = (
            self.admin_site.admin_view(view) for view in (self.columns_view, self.failed_view)
        )
        return [
            path("<int:pk>/columns/", mapping, name="connectors_import_columns"),
            path("<int:pk>/failed/", failed, name="connectors_import_failed"),
            *super().get_urls(),
        ]

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Bring a file; then to its columns."""
        if not self.has_add_permission(request):
            raise PermissionDenied(permissions.can_import(request.user).reason)
        sent: tuple[Any, Any] = (None, None)
        if request.method == "POST":
            sent = request.POST, request.FILES
        kind = request.GET.get("kind", Import.Kind.ACTIVITIES)
        form = BringForm(*sent, initial={"kind": kind})
        if request.method == "POST" and form.is_valid():
            asked = form.cleaned_data
            try:
                found = import_files.bring(
                    asked["file"].chunks(),
                    kind=asked["kind"],
                    source=asked["source"],
                    file_name=asked["file"].name,
                    by=staff_of(request),
                    actor=Actor.user(request.user),
                )
                return redirect("admin:connectors_import_columns", found.pk)
            except ValidationError as refusal:
                form.add_error("file", refusal)
        return self._wizard(request, form, 1, title=_("Import a file"))

    def columns_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Which column is which; then it is checked."""
        if not (verdict := permissions.can_import(request.user)):
            raise PermissionDenied(verdict.reason)
        found = get_object_or_404(self.get_queryset(request), pk=pk)
        if not import_files.is_there(found):
            messages.error(request, _("The file has been deleted."))
            return redirect("admin:connectors_import_change", pk)
        sent = (request.POST,) if request.method == "POST" else ()
        whole = import_files.is_jsonl(found.file_name)
        head = [] if whole else import_files.head_of(found)[0]
        form = ColumnsForm(*sent, found=found, head=head)
        if whole:
            form.fields.clear()
        if request.method == "POST" and form.is_valid():
            try:
                actor = Actor.user(request.user)
                import_files.map_columns(found, mapping=form.cleaned_data, actor=actor)
                return redirect("admin:connectors_import_change", pk)
            except ValidationError as refusal:
                form.add_error(None, refusal)
        title = _("Columns of %(file)s") % {"file": found}
        return self._wizard(request, form, 2, title=title, found=found, whole=whole)

    def _wizard(
        self, request: HttpRequest, form: forms.Form, step: int, **more: Any
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "form": form,
            "step": step,
            **more,
        }
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/connectors/bring.html", context, status=status)

    def around(self, request: HttpRequest, row: Import) -> dict[str, Any]:
        """Where it stands, and what is wrong in it."""
        waits = Job.objects.filter(kind="import.read", arguments__contains={"import": row.pk})
        return {
            "found": row,
            "tallies": row.done or row.checked,
            "faults": row.faults.filter(is_trial=not row.done)[:SHOWN],
            "shown": SHOWN,
            "dead": waits.filter(state=Job.State.DEAD).first() if row.is_moving else None,
            "may_import": bool(permissions.can_import(request.user)),
            "step": 4 if row.done or row.state == Import.State.READING else 3,
        }

    @method_decorator(require_safe)
    def failed_view(self, request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
        """The failed rows, to mend and bring again."""
        if not (verdict := permissions.can_import(request.user)):
            raise PermissionDenied(verdict.reason)
        found = get_object_or_404(self.get_queryset(request), pk=pk)
        if not (verdict := permissions.can_take_failed(request.user, found)):
            raise PermissionDenied(verdict.reason)
        if not import_files.is_there(found):
            raise Http404
        kind = "jsonl" if import_files.is_jsonl(found.file_name) else "csv"
        name = f'attachment; filename="failed-{found.pk}.{kind}"'
        return StreamingHttpResponse(
            failed_rows.lines(found),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": name, "Cache-Control": "no-store"},
        )

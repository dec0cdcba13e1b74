"""Bulk runs in the staff console: count and confirm first; then how far it is, and what was refused."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextInputWidget

from members.bulk import step_of, taker
from members.console import ReadOnlyAdmin, Step, SurroundedAdmin
from members.domain.actors import Actor
from members.models import BulkRow, BulkRun
from members.operations import bulk

STATES = {"chosen": "warning", "running": "info", "done": "success"}
SHOWN = 10
REFUSALS = 100


class TypedForm(forms.Form):
    """What cannot be undone is confirmed by typing how many rows there are."""

    typed = forms.IntegerField(widget=UnfoldAdminTextInputWidget())

    def __init__(self, *args: Any, count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._count = count
        self.fields["typed"].label = _("To confirm, type the number of rows: %(count)s") % {
            "count": count
        }

    def clean_typed(self) -> int:
        """The number itself."""
        if self.cleaned_data["typed"] != self._count:
            raise forms.ValidationError(_("That is not the number of rows."))
        return self.cleaned_data["typed"]


@admin.register(BulkRun)
class BulkRunAdmin(SurroundedAdmin, ReadOnlyAdmin):
    """One's own runs; superusers see everybody's."""

    list_display = ("step", "label", "state_label", "count", "refused", "asked_by", "chosen_at")
    list_filter = ("state",)
    list_select_related = ("asked_by",)
    ordering = ("-pk",)
    fields = (("label", "step"), ("asked_by", "chosen_at", "ended_at"))
    change_form_before_template = "admin/members/bulk_run.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[BulkRun]:
        """One's own."""
        found = super().get_queryset(request)
        return found if request.user.is_superuser else found.filter(asked_by_id=request.user.pk)

    @display(description=gettext_lazy("state"), ordering="state", label=STATES)
    def state_label(self, run: BulkRun) -> tuple[str, str]:
        """The state, or how far it is."""
        if run.state == BulkRun.State.RUNNING:
            return run.state, f"{run.percent} %"
        return run.state, run.get_state_display()

    def get_urls(self) -> list[URLPattern]:
        """The question beside the stock pages."""
        confirm = self.admin_site.admin_view(self.confirm_view)
        return [
            path("<int:pk>/confirm/", confirm, name="members_bulkrun_confirm"),
            *super().get_urls(),
        ]

    def confirm_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How many, which, and whether; then it begins. Sent twice it begins once."""
        run = get_object_or_404(BulkRun, pk=pk, asked_by=request.user.pk)
        found = step_of(run)
        if found is None:
            raise Http404
        page, step = found
        if not page.has_view_permission(request) or not request.user.has_perm(step.permission):
            raise PermissionDenied
        if run.state != BulkRun.State.CHOSEN:
            return redirect("admin:members_bulkrun_change", pk)
        sent = (request.POST,) if request.method == "POST" else ()
        forms_ = [step.form(*sent)]
        if step.variant == ActionVariant.DANGER:
            forms_.append(TypedForm(*sent, count=run.count))
        valid = [form.is_valid() for form in forms_]  # each, so that all faults are shown at once
        if sent and all(valid):
            self._begin(request, run)
            return redirect("admin:members_bulkrun_change", pk)
        return self._ask(request, run, step, forms_, status=422 if sent else 200)

    def _begin(self, request: HttpRequest, run: BulkRun) -> None:
        asked = request.POST.copy()
        for name in ("csrfmiddlewaretoken", "typed"):
            asked.pop(name, None)
        actor = Actor.user(request.user)
        if bulk.begin(run, asked=asked.urlencode(), actor=actor) and run.count <= bulk.AT_ONCE:
            run.refresh_from_db()
            bulk.take(run.pk, taker(run), most=run.count + 1)

    def _ask(
        self, request: HttpRequest, run: BulkRun, step: Step, asked: list, *, status: int
    ) -> HttpResponse:
        page, _step = step_of(run) or (None, None)
        assert page is not None
        ids = run.rows.order_by("pk").values_list("subject_id", flat=True)[:SHOWN]
        context = {
            **self.admin_site.each_context(request),
            "title": step.label,
            "opts": page.opts,
            "run": run,
            "step": step,
            "forms": asked,
            "first": page.get_queryset(request).filter(pk__in=list(ids)),
            "more": max(0, run.count - SHOWN),
            "is_final": step.variant == ActionVariant.DANGER,
            "in_background": run.count > bulk.AT_ONCE,
        }
        return TemplateResponse(request, "admin/members/bulk_ask.html", context, status=status)

    def around(self, request: HttpRequest, row: BulkRun) -> dict[str, Any]:
        """What came of it."""
        refused = row.rows.filter(outcome=BulkRow.Outcome.REFUSED).order_by("pk")[:REFUSALS]
        return {"run": row, "rows": self._named(request, row, list(refused))}

    def _named(self, request: HttpRequest, run: BulkRun, rows: list[BulkRow]) -> list[dict]:
        """The refused rows as their list names them, for those who may see it."""
        found = step_of(run)
        if found is None or not found[0].has_view_permission(request):
            return [{"name": row.subject_id, "why": row.why} for row in rows]
        page = found[0]
        named = page.get_queryset(request).in_bulk([row.subject_id for row in rows])
        address = f"admin:{page.opts.app_label}_{page.opts.model_name}_change"
        return [
            {
                "name": named.get(row.subject_id, row.subject_id),
                "why": row.why,
                "pk": row.subject_id,
                "address": address,
            }
            for row in rows
        ]

"""The liability in the staff console: rates, the roll-forward as a page, and the same rows as a file."""

import csv
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from unfold.decorators import display

from loyalty.measurement.forms import PeriodForm
from loyalty.measurement.models import LiabilityRate
from loyalty.measurement.operations import liability, rates
from loyalty.measurement.permissions import can_read_liability
from members.console import OperationAdmin
from members.domain.actors import Actor
from members.domain.sheets import cell

#: The heads of the table, in the order of `liability.figures`.
HEADS = (
    _("Opening"),
    _("Issued"),
    _("Adjusted"),
    _("Restored"),
    _("Reinstated"),
    _("Redeemed"),
    _("Repaid"),
    _("Expired"),
    _("Reversed"),
    _("Moved"),
    _("Closing"),
    _("Currency"),
    _("Opening value"),
    _("By points"),
    _("By rates"),
    _("Closing value"),
)


@admin.register(LiabilityRate)
class LiabilityRateAdmin(OperationAdmin):
    """Rates are entered, never changed. The report is beside the list."""

    list_display = (
        "unit",
        "valid_from",
        "redemption_rate",
        "breakage",
        "cost",
        "currency",
        "number",
        "made_by",
        "made_at",
    )
    list_filter = ("unit",)
    list_select_related = ("unit", "made_by")
    ordering = ("unit", "-valid_from", "-number")
    fields = ("unit", "valid_from", ("redemption_rate", "cost"), "reason")
    list_before_template = "admin/measurement/to_report.html"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was reported with stays."""
        return False

    def add_row(self, actor: Actor, **fields: Any) -> LiabilityRate:
        """By the operation."""
        return rates.set_rate(fields.pop("unit"), actor=actor, **fields)

    @display(description=_("breakage"))
    def breakage(self, rate: LiabilityRate) -> str:
        """What the redemption rate leaves."""
        return str(rate.breakage)

    def get_urls(self) -> list[URLPattern]:
        """The report's page and file beside the stock ones."""
        page, file = (
            self.admin_site.admin_view(view) for view in (self.report_view, self.file_view)
        )
        return [
            path("report/", page, name="measurement_liabilityrate_report"),
            path("report.csv", file, name="measurement_liabilityrate_file"),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def report_view(self, request: HttpRequest) -> HttpResponse:
        """The roll-forward of a unit and a period, with totals, the difference and the rates."""
        form, report = _asked(request)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Liability"),
            "opts": self.opts,
            "form": form,
            "heads": HEADS,
            "new_rate": reverse("admin:measurement_liabilityrate_add"),
            "may_add": self.has_add_permission(request),
        }
        if report is not None:
            context |= _shown(report, form.cleaned_data["unit"].code)
            context["file"] = f"{reverse('admin:measurement_liabilityrate_file')}?{_query(form)}"
        status = 200 if report is not None else 422
        return TemplateResponse(request, "admin/measurement/liability.html", context, status=status)

    @method_decorator(require_safe)
    def file_view(self, request: HttpRequest) -> HttpResponse:
        """Exactly the rows of the page, as CSV."""
        form, report = _asked(request)
        if report is None:
            return HttpResponse(form.errors.as_text(), status=422, content_type="text/plain")
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        name = f"liability-{form.cleaned_data['unit'].code}-{report.since}-{report.until}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        csv.writer(response, lineterminator="\n").writerows(
            [cell(value) for value in row] for row in liability.as_rows(report)
        )
        return response


def _asked(request: HttpRequest) -> tuple[PeriodForm, liability.Report | None]:
    """What the address asks for, the usual period when it asks for nothing; the report when it can be."""
    verdict = can_read_liability(request.user)
    if not verdict:
        raise PermissionDenied(verdict.reason)
    form = PeriodForm(request.GET or PeriodForm.usual())
    if not form.is_valid():
        return form, None
    units = [form.cleaned_data["unit"].code]
    return form, liability.roll_forward(form.cleaned_data["since"], form.until, units=units)


def _shown(report: liability.Report, unit: str) -> dict[str, Any]:
    share = report.redeemed_share.get(unit)
    return {
        "rows": [(each.month, liability.figures(each)) for each in report.cohorts],
        "total": liability.figures(report.total(unit)),
        "difference": report.differences[unit],
        "share": None if share is None else f"{share:.2%}",
        "rates": report.rates[unit][::-1],
    }


def _query(form: PeriodForm) -> str:
    found = form.cleaned_data
    asked = {"unit": found["unit"].code, "since": found["since"], "through": found["through"]}
    return urlencode(asked)

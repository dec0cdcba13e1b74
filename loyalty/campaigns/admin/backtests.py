"""Back-tests in the staff console: what a rule would have given, in figures and a chart."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.enums import ActionVariant

from loyalty.campaigns import permissions
from loyalty.campaigns.backtest_figures import standing
from loyalty.campaigns.models import Backtest
from loyalty.campaigns.operations import backtests
from members.console import ReadOnlyAdmin, Step, StepsAdmin, SurroundedAdmin

STATES = {"running": "info", "done": "success", "cancelled": "default"}
STEPS = (
    Step(
        "cancel",
        _("Stop counting"),
        _("What was counted so far is not shown. A back-test can be started again any time."),
        permissions.DRAFTING,
        backtests.cancel,
        can=permissions.can_cancel_backtest,
        fits=lambda backtest: backtest.state == Backtest.State.RUNNING,
        icon="stop",
        variant=ActionVariant.WARNING,
    ),
)


@admin.register(Backtest)
class BacktestAdmin(SurroundedAdmin, StepsAdmin, ReadOnlyAdmin):
    """A back-test is started from its campaign, and read here."""

    list_display = ("campaign", "number", "since", "until", "state_label", "asked_by", "asked_at")
    list_filter = ("state", "campaign")
    list_select_related = ("campaign", "asked_by")
    ordering = ("-pk",)
    fields = (("campaign", "number", "live_number"), ("since", "until"), ("asked_by", "asked_at"))
    steps = STEPS
    change_form_before_template = "admin/campaigns/backtest.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Backtest]:
        """With how far each has come."""
        return super().get_queryset(request).with_progress()

    @display(description=_("state"), ordering="state", label=STATES)
    def state_label(self, backtest: Backtest) -> tuple[str, str]:
        """The state, or how much is counted."""
        if backtest.state == Backtest.State.RUNNING:
            return backtest.state, f"{backtest.percent} %"
        return backtest.state, backtest.get_state_display()

    def around(self, request: HttpRequest, row: Backtest) -> dict[str, Any]:
        """Its figures, or how far it has come."""
        return {"backtest": row, **standing(row)}

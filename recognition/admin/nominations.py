"""Nomination cycles. Staff run them; what people wrote about each other is not shown here."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextareaWidget

from members.console import OperationAdmin, ReadOnlyAdmin, ReasonForm, Step, StepsAdmin
from members.domain.actors import Actor
from recognition import permissions
from recognition.models import Candidate, Nomination, NominationCycle
from recognition.operations import cycles

State = NominationCycle.State
STATES = {
    "draft": "info",
    "open": "success",
    "judging": "warning",
    "decided": "default",
    "cancelled": "danger",
}


class CitationForm(forms.Form):
    """The words that are published; none are needed when nobody was approved."""

    citation = forms.CharField(
        label=_("Citation"),
        max_length=500,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
    )


@admin.register(NominationCycle)
class NominationCycleAdmin(StepsAdmin, OperationAdmin):
    """Cycles. Once open, their rules stand still."""

    list_display = ("title", "slug", "state_label", "badge", "committee", "opens_at", "closes_at")
    list_filter = ("state",)
    list_select_related = ("badge", "committee")
    search_fields = ("title", "slug")
    ordering = ("-opens_at",)
    fields = (
        ("title", "slug"),
        "description",
        "badge",
        ("criteria", "committee"),
        ("opens_at", "closes_at"),
        ("limit_per_nominator", "allows_self_nomination"),
        ("is_blind", "judging_days"),
    )
    steps = (
        Step(
            "open",
            _("Open"),
            _("Members nominate within the dates. Criteria and rules stand still from now on."),
            "recognition.run_cycle",
            cycles.open,
            can=permissions.can_run_cycle,
            fits=lambda cycle: cycle.state == State.DRAFT,
            icon="play_arrow",
            variant=ActionVariant.PRIMARY,
        ),
        Step(
            "close",
            _("Hand to the committee"),
            _("Nominations end now, and each candidate becomes a case."),
            "recognition.run_cycle",
            cycles.close,
            can=permissions.can_run_cycle,
            fits=lambda cycle: cycle.state == State.OPEN,
            icon="gavel",
            variant=ActionVariant.PRIMARY,
        ),
        Step(
            "decide",
            _("Name the laureate"),
            _("The committee's decisions choose. The laureate wins the badge with this citation."),
            "recognition.run_cycle",
            cycles.decide,
            can=permissions.can_name_laureate,
            fits=lambda cycle: cycle.state == State.JUDGING,
            form=CitationForm,
            icon="workspace_premium",
            variant=ActionVariant.PRIMARY,
        ),
        Step(
            "cancel",
            _("Cancel"),
            _("The cycle ends without a laureate, and its open cases without a decision."),
            "recognition.run_cycle",
            cycles.cancel,
            can=permissions.can_run_cycle,
            fits=lambda cycle: State.CANCELLED in cycle.STEPS[cycle.state],
            form=ReasonForm,
            icon="block",
            variant=ActionVariant.DANGER,
        ),
    )

    @display(description=_("state"), ordering="state", label=STATES)
    def state_label(self, cycle: NominationCycle) -> tuple[str, str]:
        """The state, as a label."""
        return cycle.state, cycle.get_state_display()

    def has_change_permission(
        self, request: HttpRequest, obj: NominationCycle | None = None
    ) -> bool:
        """The rules are open while it is a draft."""
        may = super().has_change_permission(request, obj)
        return may and (obj is None or obj.state == State.DRAFT)

    def get_readonly_fields(
        self, request: HttpRequest, obj: NominationCycle | None = None
    ) -> tuple:
        """Its address is for ever."""
        return ("slug",) if obj else ()

    def add_row(self, actor: Actor, **fields: Any) -> NominationCycle:
        """By the operation."""
        return cycles.draft(fields.pop("slug"), actor=actor, **fields)

    def change_row(self, row: NominationCycle, actor: Actor, **fields: Any) -> NominationCycle:
        """By the operation."""
        return cycles.edit(row, actor=actor, **fields)


@admin.register(Candidate)
class CandidateAdmin(StepsAdmin, ReadOnlyAdmin):
    """Who was proposed, and where their case stands."""

    list_display = ("member", "cycle", "case_state")
    list_filter = ("cycle",)
    list_select_related = ("member", "cycle", "case")
    ordering = ("-id",)
    fields = ("member", "cycle", "case_state")
    readonly_fields = ("case_state",)
    steps = (
        Step(
            "put_again",
            _("Put again"),
            _("The committee judges this candidate in another round."),
            "recognition.run_cycle",
            cycles.put_again,
            can=permissions.can_put_again,
            fits=lambda candidate: bool(candidate.case) and candidate.case.state == "void",
            icon="replay",
        ),
    )

    @display(description=_("case"))
    def case_state(self, candidate: Candidate) -> str:
        """The state of their case."""
        return candidate.case.get_state_display() if candidate.case else "–"


@admin.register(Nomination)
class NominationAdmin(ReadOnlyAdmin):
    """That somebody was nominated; not by whom, and not in which words."""

    list_display = ("candidate_name", "cycle", "made_at", "withdrawn_at")
    list_filter = ("cycle",)
    ordering = ("-id",)
    fields = ("cycle", "candidate_name", "made_at", "withdrawn_at")
    readonly_fields = ("candidate_name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Nomination]:
        """With who was proposed."""
        return super().get_queryset(request).select_related("cycle", "candidate__member")

    @display(description=_("nominee"))
    def candidate_name(self, nomination: Nomination) -> str:
        """Who was proposed."""
        return str(nomination.candidate.member)

"""Points given and taken by hand; what is above the limit waits here for a second person."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.enums import ActionVariant

from members.console import ReadOnlyAdmin, ReasonForm, Step, StepsAdmin, person_of
from members.domain.actors import Actor
from members.models import Adjustment
from members.operations import adjustments
from members.permissions import can_decide

State = Adjustment.State
STATES = {"proposed": "warning", "posted": "success", "declined": "info"}


def approve(adjustment: Adjustment, *, actor: Actor) -> Adjustment:
    """By the operation."""
    return adjustments.approve(adjustment, by=person_of(actor))


def decline(adjustment: Adjustment, *, actor: Actor, reason: str) -> Adjustment:
    """By the operation."""
    return adjustments.decline(adjustment, by=person_of(actor), reason=reason)


@admin.register(Adjustment)
class AdjustmentAdmin(StepsAdmin, ReadOnlyAdmin):
    """Made on a member's page, decided here."""

    list_display = ("id", "member", "points", "reason", "state_label", "made_by", "made_at")
    list_display_links = ("id", "points")
    list_filter = ("state", "unit", "made_at")
    search_fields = ("=member__ref", "made_by__email")
    search_help_text = _("A member's reference, or the e-mail address of who made it")
    ordering = ("-id",)
    list_select_related = ("member", "unit", "made_by")
    fields = (
        "member",
        "points",
        "reason",
        ("state", "waits_for"),
        ("made_by", "made_at"),
        ("decided_by", "decided_at"),
        "posted_as",
    )
    readonly_fields = ("points", "waits_for", "posted_as")
    bulk = ("approve", "decline")
    steps = (
        Step(
            "approve",
            _("Approve"),
            _("It is posted at once."),
            "members.decide_adjustment",
            approve,
            can=can_decide,
            fits=lambda adjustment: adjustment.state == State.PROPOSED,
            icon="check",
            variant=ActionVariant.PRIMARY,
        ),
        Step(
            "decline",
            _("Decline"),
            _("Nothing is posted. Say why."),
            "members.decide_adjustment",
            decline,
            can=can_decide,
            fits=lambda adjustment: adjustment.state == State.PROPOSED,
            form=ReasonForm,
            icon="close",
            variant=ActionVariant.DANGER,
        ),
    )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list:
        """Buttons for a second person alone: the maker reads why there are none."""
        adjustment = self.get_object(request, str(object_id))
        if adjustment is None or not can_decide(request.user, adjustment):
            return []
        return super().get_actions_detail(request, object_id)

    @display(description=_("points"), ordering="amount")
    def points(self, adjustment: Adjustment) -> str:
        """Signed, with the unit."""
        return f"{adjustment.amount:+,} {adjustment.unit.name}"

    @display(description=_("state"), ordering="state", label=STATES)
    def state_label(self, adjustment: Adjustment) -> tuple[str, str]:
        """The state, as a label."""
        return adjustment.state, adjustment.get_state_display()

    @display(description=_("waits for"))
    def waits_for(self, adjustment: Adjustment) -> str:
        """Whose turn it is."""
        if adjustment.state != State.PROPOSED:
            return "–"
        return _(
            "Somebody other than %(maker)s, for it is above what one person may adjust a day."
        ) % {"maker": adjustment.made_by}

    @display(description=_("posted as"))
    def posted_as(self, adjustment: Adjustment) -> str:
        """The entry that it became."""
        if adjustment.entry_id is None:
            return "–"
        address = reverse("admin:members_entry_change", args=(adjustment.entry_id,))
        return format_html('<a href="{}">#{}</a>', address, adjustment.entry_id)

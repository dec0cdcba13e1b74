"""What members did, with what it brought and why: the whole trace."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display

from loyalty.campaigns.models import Effect, Evaluation, ReviewCase
from loyalty.campaigns.operations import missed, order_facts
from loyalty.measurement import readings
from members.console import ReadOnlyAdmin
from members.models import Activity

STATUSES = {
    "accepted": "success",
    "parked": "warning",
    "quarantined": "danger",
    "declined": "default",
}


def pretty(value: Any) -> str:
    """JSON as people read it."""
    text = json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)
    return format_html('<pre class="whitespace-pre-wrap break-words text-xs">{}</pre>', text)


class ReadOnlyInline(TabularInline):
    """Rows that belong to the object, to be read."""

    extra = 0
    hide_title = True
    can_delete = False
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


class EffectInline(ReadOnlyInline):
    """What the activity brought."""

    model = Effect
    fields = ("campaign", "rule_version", "kind", "amount", "unit_code", "state", "why")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Effect]:
        """With the campaign's name."""
        return super().get_queryset(request).select_related("campaign", "rule_version")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may see the activity."""
        return request.user.has_perm("members.view_activity")


class LookedAtFilter(admin.SimpleListFilter):
    """Whether a person looks at it in the queue of cases; what waits for anything else is not there."""

    title = _("a person looks")
    parameter_name = "looked_at"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list:
        """Either."""
        return [("yes", _("yes")), ("no", _("no"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """By their open cases."""
        is_open = Q(review__state=ReviewCase.State.OPEN)
        if self.value() == "yes":
            return queryset.filter(is_open)
        return queryset.exclude(is_open) if self.value() == "no" else queryset


@admin.register(Activity)
class ActivityAdmin(ReadOnlyAdmin):
    """Every fact that was told to us."""

    list_display = ("external_id", "kind", "member", "status_label", "occurred_at", "source")
    list_filter = ("status", LookedAtFilter, "kind", "source")
    search_fields = ("=external_id", "=subject", "=member__ref")
    search_help_text = _("The id at the source, or a member's reference")
    list_select_related = ("member",)
    ordering = ("-id",)
    inlines = (EffectInline,)
    fields = (
        ("source", "external_id"),
        ("kind", "kind_version", "status"),
        "status_reason",
        ("member", "subject"),
        ("occurred_at", "received_at"),
        "recorded_by",
        "order_shown",
        "payload_shown",
        "trace_shown",
    )
    readonly_fields = ("order_shown", "payload_shown", "trace_shown")

    @display(description=_("status"), ordering="status", label=STATUSES)
    def status_label(self, activity: Activity) -> tuple[str, str]:
        """The status, as a label."""
        return activity.status, activity.get_status_display()

    @display(description=_("its order"))
    def order_shown(self, activity: Activity) -> str:
        """How far the order is that it places or speaks of, and what was told of that."""
        standing = order_facts.of(activity)
        if standing is None:
            return "–"
        order = readings.order(standing)
        told = render_to_string("admin/members/order_told.html", {"order": order})
        return format_html("<div>{}: {}</div>{}", standing.order_id, order.state, told)

    @display(description=_("payload"))
    def payload_shown(self, activity: Activity) -> str:
        """What was sent."""
        return pretty(activity.payload)

    @display(description=_("what the rules said"))
    def trace_shown(self, activity: Activity) -> str:
        """Every rule that looked at it: whether it paid, and why not; the values it saw below."""
        if not Evaluation.objects.filter(activity=activity).exists():
            return str(_("Not evaluated."))
        trace = missed.full_trace(activity)
        if not trace:
            return str(_("No rule asks about this."))
        said = [
            (each["campaign"], _("it counted") if each["passed"] else each["why"]) for each in trace
        ]
        values = format_html(
            '<details class="mt-2 relative"><summary class="cursor-pointer">{}</summary>{}</details>',
            _("With the values they saw"),
            pretty(trace),
        )
        return (
            format_html_join("", '<div><span class="font-medium">{}</span> · {}</div>', said)
            + values
        )

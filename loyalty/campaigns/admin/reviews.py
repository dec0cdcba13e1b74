"""What a person looks at before it counts, and the rules that say what that is."""

from typing import Any

from django.contrib import admin
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.enums import ActionVariant

from loyalty.campaigns import permissions
from loyalty.campaigns.models import ReviewCase, ReviewRule
from loyalty.campaigns.operations import review_rules, reviews
from members.console import OperationAdmin, ReadOnlyAdmin, ReasonForm, Step, StepsAdmin
from members.domain.actors import Actor
from members.models import ActivityKind

STATES = {"open": "warning", "accepted": "success", "declined": "default"}
RULE_STATES = {"active": "success", "paused": "default"}
#: What each question of a rule has seen, and what it allows.
SAID = {
    "times": _("%(seen)s times, more than %(most)s"),
    "units": _("%(seen)s points, more than %(most)s"),
    "amount": _("an amount of %(seen)s, usual would be up to %(most)s"),
}
STEPS = (
    Step(
        "accept",
        _("Accept"),
        _(
            "An activity counts as of when it happened, by the rules of that time. A redemption is"
            " confirmed, and its points are spent."
        ),
        permissions.REVIEWING,
        reviews.accept,
        can=permissions.can_decide_case,
        fits=lambda case: case.state == ReviewCase.State.OPEN,
        form=ReasonForm,
        icon="check",
        variant=ActionVariant.PRIMARY,
    ),
    Step(
        "decline",
        _("Decline"),
        _(
            "An activity never counts. A redemption is cancelled, and its points are free. For good."
        ),
        permissions.REVIEWING,
        reviews.decline,
        can=permissions.can_decide_case,
        fits=lambda case: case.state == ReviewCase.State.OPEN,
        form=ReasonForm,
        icon="block",
        variant=ActionVariant.DANGER,
    ),
)
RULE_STEPS = (
    Step(
        "activate",
        _("Activate"),
        _("From now on a person looks at what it finds before that counts."),
        permissions.WATCHING,
        review_rules.activate,
        can=permissions.can_activate_watch,
        fits=lambda rule: rule.state == ReviewRule.State.PAUSED,
        icon="play_arrow",
        variant=ActionVariant.PRIMARY,
    ),
    Step(
        "pause",
        _("Pause"),
        _("It is asked no more. What waits goes on waiting for a person."),
        permissions.WATCHING,
        review_rules.pause,
        can=permissions.can_pause_watch,
        fits=lambda rule: rule.state == ReviewRule.State.ACTIVE,
        icon="pause",
        variant=ActionVariant.WARNING,
    ),
)


@admin.register(ReviewCase)
class ReviewCaseAdmin(StepsAdmin, ReadOnlyAdmin):
    """The queue: what has waited longest comes first."""

    list_display = ("number", "member", "subject", "why", "state_label", "opened_at")
    list_filter = ("state", "opened_at")
    search_fields = ("=member__ref",)
    search_help_text = _("A member's reference")
    list_select_related = ("member", "activity", "redemption__reward")
    ordering = ("decided_at", "opened_at", "pk")
    fields = (
        ("member", "state"),
        ("activity", "redemption"),
        ("opened_at", "why"),
        ("decided_by", "decided_at"),
        "decision",
    )
    readonly_fields = ("why",)
    steps = STEPS
    bulk = ("accept", "decline")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReviewCase]:
        """With everything that the page names."""
        rows = super().get_queryset(request)
        kinds = ActivityKind.objects.filter(name=OuterRef("activity__kind"))
        rules = ReviewRule.objects.values(told=JSONObject(slug="slug", name="name"))
        return rows.select_related(
            "member", "activity", "redemption__reward", "decided_by"
        ).annotate(kind_title=Subquery(kinds.values("title")[:1]), rules=ArraySubquery(rules))

    @display(description=_("case"), ordering="pk")
    def number(self, case: ReviewCase) -> str:
        """What it is called."""
        return str(case)

    @display(description=_("about"))
    def subject(self, case: ReviewCase) -> str:
        """What waits."""
        if case.activity is not None:
            return getattr(case, "kind_title", None) or case.activity.kind
        return case.redemption.reward.name if case.redemption else ""

    @display(description=_("why"))
    def why(self, case: ReviewCase) -> str:
        """Each rule that found something, with what it saw."""
        names = {rule["slug"]: rule["name"] for rule in getattr(case, "rules", ())}
        said = ((names.get(each["rule"], each["rule"]), _said(each)) for each in case.reasons)
        return format_html_join(format_html("<br>"), "{}: {}", said)

    @display(description=_("state"), ordering="state", label=STATES)
    def state_label(self, case: ReviewCase) -> tuple[str, str]:
        """Its state as a label."""
        return case.state, case.get_state_display()


@admin.register(ReviewRule)
class ReviewRuleAdmin(StepsAdmin, OperationAdmin):
    """Rules for looking first; a new one is paused until somebody activates it."""

    list_display = (
        "name",
        "side",
        "state_label",
        "window_hours",
        "most_times",
        "most_units",
        "factor",
    )
    list_filter = ("state", "side")
    ordering = ("name",)
    fieldsets = (
        (None, {"fields": (("name", "slug"), ("side", "subjects"))}),
        (
            _("Too many or too much"),
            {"fields": ("window_hours", "most_times", ("most_units", "unit"))},
        ),
        (_("Unusual"), {"fields": (("factor", "last", "least"),)}),
    )
    prepopulated_fields = {"slug": ("name",)}
    steps = RULE_STEPS

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Its slug is in the reasons of cases and stays."""
        return ("slug",) if obj is not None else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        """Only a new one gets its slug."""
        return {} if obj is not None else dict(self.prepopulated_fields)

    @display(description=_("state"), ordering="state", label=RULE_STATES)
    def state_label(self, rule: ReviewRule) -> tuple[str, str]:
        """Its state as a label."""
        return rule.state, rule.get_state_display()

    def add_row(self, actor: Actor, **fields: Any) -> ReviewRule:
        """A new rule."""
        return review_rules.define(fields.pop("slug"), actor=actor, **fields)

    def change_row(self, row: ReviewRule, actor: Actor, **fields: Any) -> ReviewRule:
        """Other terms."""
        return review_rules.change(row, actor=actor, **fields)


def _said(reason: dict[str, str]) -> str:
    words = SAID.get(reason["code"])
    return str(words) % reason if words else reason["code"]

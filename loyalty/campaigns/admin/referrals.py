"""Referrals in the staff console: what is doubtful first, and the terms."""

from typing import Any

from django.contrib import admin
from django.db.models import Case, QuerySet, When
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display
from unfold.enums import ActionVariant

from loyalty.campaigns import permissions
from loyalty.campaigns.models import Referral, ReferralPolicy, ReferralPurchase
from loyalty.campaigns.operations import referrals
from members.console import OperationAdmin, ReadOnlyAdmin, ReasonForm, Step, StepsAdmin
from members.domain.actors import Actor

State = Referral.State
STATES = {"pending": "info", "flagged": "warning", "approved": "success", "void": "default"}
#: What makes a referral doubtful, for those who decide.
DOUBTS = {
    "same_email": _("the same mailbox as the advocate or another friend of theirs"),
    "same_device": _("the same device as the advocate or another friend of theirs"),
    "same_address": _("the same address as the advocate or another friend of theirs"),
    "same_household": _("one household"),
    "existing_customer": _("no newcomer"),
    "ring": _("the advocate was brought by this friend, directly or by others"),
    "too_many": _("many friends in a short time"),
}
STEPS = (
    Step(
        "approve",
        _("Approve"),
        _(
            "Both get what signing up brings now. What a purchase brings follows when it can no longer"
            " go back."
        ),
        permissions.REFERRING,
        referrals.approve,
        can=permissions.can_approve_referral,
        fits=lambda referral: referral.state == State.FLAGGED,
        form=ReasonForm,
        icon="check",
        variant=ActionVariant.PRIMARY,
    ),
    Step(
        "void",
        _("Make void"),
        _("It never counts. What it brought either of them is taken back. For good."),
        permissions.REFERRING,
        referrals.void,
        can=permissions.can_void_referral,
        fits=lambda referral: referral.state != State.VOID,
        form=ReasonForm,
        icon="block",
        variant=ActionVariant.DANGER,
    ),
)


class DoubtFilter(admin.SimpleListFilter):
    """By what made it doubtful."""

    title = _("doubt")
    parameter_name = "doubt"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every doubt there is."""
        return [(code, str(words)) for code, words in DOUBTS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Those with the doubt chosen."""
        return queryset.filter(reasons__contains=[self.value()]) if self.value() else queryset


class PurchaseInline(TabularInline):
    """What the friend bought, and from when on it counts."""

    model = ReferralPurchase
    extra = 0
    hide_title = True
    can_delete = False
    fields = ("activity", "due_at", "state")
    readonly_fields = fields
    ordering = ("due_at", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReferralPurchase]:
        """With the purchases' names."""
        return super().get_queryset(request).select_related("activity")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may see the referral."""
        return request.user.has_perm("campaigns.view_referral")


@admin.register(Referral)
class ReferralAdmin(StepsAdmin, ReadOnlyAdmin):
    """Who brought whom. What a person has to look at comes first."""

    list_display = ("number", "advocate", "friend", "state_label", "doubts", "joined_at")
    list_filter = ("state", DoubtFilter, "cause", "joined_at")
    search_fields = ("=advocate__ref", "=friend__ref")
    search_help_text = _("The reference of either member")
    list_select_related = ("advocate", "friend")
    inlines = (PurchaseInline,)
    fields = (
        ("advocate", "friend"),
        ("state", "doubts"),
        ("joined_at", "noted_at"),
        ("order", "approved_at"),
        ("cause", "voided_at"),
        ("decided_by", "decided_at"),
        "decision",
    )
    readonly_fields = ("doubts",)
    bulk = ("approve", "void")
    steps = STEPS

    def get_queryset(self, request: HttpRequest) -> QuerySet[Referral]:
        """With everybody that the page names."""
        rows = super().get_queryset(request)
        return rows.select_related("advocate", "friend", "order", "decided_by")

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """Those to look at come first; then the newest."""
        return [Case(When(state=State.FLAGGED, then=0), default=1), "-joined_at", "-pk"]

    @display(description=_("referral"), ordering="pk")
    def number(self, referral: Referral) -> str:
        """What it is called."""
        return str(referral)

    @display(description=_("state"), ordering="state", label=STATES)
    def state_label(self, referral: Referral) -> tuple[str, str]:
        """Its state as a label."""
        return referral.state, referral.get_state_display()

    @display(description=_("doubts"))
    def doubts(self, referral: Referral) -> str:
        """What made it doubtful, in words."""
        words = [DOUBTS.get(code, code) for code in referral.reasons]
        return format_html_join(", ", "{}", ((each,) for each in words)) or "–"


@admin.register(ReferralPolicy)
class ReferralPolicyAdmin(OperationAdmin):
    """The terms: one row, however often somebody adds it."""

    list_display = ("__str__", "return_days", "newcomer_days", "most", "window_days")
    fields = ("return_days", "newcomer_days", ("most", "window_days"))

    def add_row(self, actor: Actor, **fields: Any) -> ReferralPolicy:
        """The first terms, or others in their place."""
        return referrals.set_terms(actor=actor, **fields)

    def change_row(self, row: ReferralPolicy, actor: Actor, **fields: Any) -> ReferralPolicy:
        """Other terms, for what is noted from now on."""
        return referrals.set_terms(actor=actor, **fields)

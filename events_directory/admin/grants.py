"""Applications for two people to decide, grants, and payments."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.enums import ActionVariant

from events_directory import permissions
from events_directory.admin.desk import (
    AmountDialog,
    Desk,
    PaymentDialog,
    ReasonDialog,
    Rows,
    action,
    ask,
    shown,
)
from events_directory.models import Approval, Disbursement, Grant, GrantApplication
from events_directory.operations import applications, grants


class ApprovalRows(Rows):
    model = Approval
    fields = ("user", "at")
    show_change_link = False


@admin.register(GrantApplication)
class GrantApplicationAdmin(Desk):
    """Applications; those that were handed in are the queue."""

    list_display = ("title", "partner", "pool", "amount", "shown_state", "submitted_at")
    list_filter = ("state", "pool")
    list_select_related = ("partner", "pool")
    search_fields = ("title", "partner__name")
    ordering = ("-submitted_at", "-created_at")
    exclude = ("requested",)
    readonly_fields = ("amount",)
    inlines = (ApprovalRows,)
    actions = ("approve_all",)
    actions_detail = ("approve", "decline")

    @display(description=gettext_lazy("amount"), ordering="requested")
    def amount(self, row: GrantApplication) -> str:
        """What it asks for."""
        return shown(row.requested, row.pool.currency)

    @display(
        description=gettext_lazy("state"),
        ordering="state",
        label={
            GrantApplication.State.DRAFT: "info",
            GrantApplication.State.SUBMITTED: "warning",
            GrantApplication.State.ACCEPTED: "success",
            GrantApplication.State.DECLINED: "danger",
            GrantApplication.State.WITHDRAWN: "info",
        },
    )
    def shown_state(self, row: GrantApplication) -> tuple[str, str]:
        """The state as a coloured label."""
        return row.state, row.get_state_display()

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """For the queue as a whole, or for one application."""
        if object_id is None:
            return request.user.has_perm("events_directory.decide_grantapplication")
        row = self.row(object_id)
        return row is not None and bool(permissions.can_decide(request.user, row))

    @action(
        description=gettext_lazy("Approve"),
        permissions=["decide"],
        variant=ActionVariant.SUCCESS,
        dialog=ask(
            gettext_lazy("Approve"),
            gettext_lazy("With the second person's approval the money is promised at once."),
        ),
    )
    def approve(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Approve as one of two."""
        return self.run(
            request,
            object_id,
            lambda actor: applications.approve(self.row(object_id), actor=actor),
            done=_("Your approval is recorded."),
        )

    @action(
        description=gettext_lazy("Decline"),
        permissions=["decide"],
        variant=ActionVariant.DANGER,
        dialog=ask(
            gettext_lazy("Decline"), gettext_lazy("The partner reads the reason."), ReasonDialog
        ),
    )
    def decline(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Say no."""
        reason = form.cleaned_data["reason"]
        return self.run(
            request,
            object_id,
            lambda actor: applications.decline(self.row(object_id), reason=reason, actor=actor),
            done=_("Declined."),
        )

    @admin.action(description=gettext_lazy("Approve the chosen ones"), permissions=["decide"])
    def approve_all(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Approve each; a refusal names its application."""
        self.run_on_all(
            request, queryset, lambda row, actor: applications.approve(row, actor=actor)
        )


class DisbursementRows(Rows):
    model = Disbursement
    fields = ("shown_amount", "state", "released_by", "released_at", "paid_at")
    readonly_fields = ("shown_amount",)

    @display(description=gettext_lazy("amount"))
    def shown_amount(self, part: Disbursement) -> str:
        """In the pool's currency."""
        return shown(part.amount, part.grant.pool.currency)


@admin.register(Grant)
class GrantAdmin(Desk):
    """Money that was promised."""

    list_display = ("id", "application", "pool", "shown_awarded", "shown_paid", "state")
    list_filter = ("state", "pool")
    list_select_related = ("application", "pool")
    search_fields = ("application__title", "application__partner__name")
    ordering = ("-id",)
    exclude = ("awarded", "released", "paid")
    readonly_fields = ("shown_awarded", "shown_paid")
    inlines = (DisbursementRows,)
    actions_detail = ("release", "revoke")

    @display(description=gettext_lazy("awarded"), ordering="awarded")
    def shown_awarded(self, grant: Grant) -> str:
        """In the pool's currency."""
        return shown(grant.awarded, grant.pool.currency)

    @display(description=gettext_lazy("paid"), ordering="paid")
    def shown_paid(self, grant: Grant) -> str:
        """In the pool's currency."""
        return shown(grant.paid, grant.pool.currency)

    def get_queryset_for_buttons(self) -> QuerySet:
        """With the application and the pool."""
        return Grant.objects.select_related("application", "pool")

    def has_release_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whether the buttons show and work."""
        grant = self.row(object_id)
        return grant is not None and bool(permissions.can_release(request.user, grant))

    @action(
        description=gettext_lazy("Release a payment"),
        permissions=["release"],
        dialog=ask(
            gettext_lazy("Release a payment"),
            gettext_lazy("Somebody else pays it out."),
            AmountDialog,
        ),
    )
    def release(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Make a part payable."""
        grant = self.row(object_id)
        return self.run(
            request,
            object_id,
            lambda actor: grants.release(
                grant,
                amount=form.minor(grant.pool.currency),
                key=f"console:{form.cleaned_data['key']}",
                actor=actor,
            ),
            done=_("Released."),
        )

    @action(
        description=gettext_lazy("Revoke"),
        permissions=["release"],
        variant=ActionVariant.DANGER,
        dialog=ask(
            gettext_lazy("Revoke"),
            gettext_lazy("What was not paid returns to the pool. The reason is kept."),
            ReasonDialog,
        ),
    )
    def revoke(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Take the rest back."""
        reason = form.cleaned_data["reason"]
        return self.run(
            request,
            object_id,
            lambda actor: grants.revoke(self.row(object_id), reason=reason, actor=actor),
            done=_("Revoked."),
        )


@admin.register(Disbursement)
class DisbursementAdmin(Desk):
    """Payments on their way."""

    list_display = ("id", "grant", "shown_amount", "state", "released_by", "paid_at")
    list_filter = ("state",)
    list_select_related = ("grant__pool", "released_by")
    ordering = ("-id",)
    exclude = ("amount", "attempts")
    readonly_fields = ("shown_amount",)
    actions_detail = ("pay", "bounce")

    @display(description=gettext_lazy("amount"), ordering="amount")
    def shown_amount(self, part: Disbursement) -> str:
        """In the pool's currency."""
        return shown(part.amount, part.grant.pool.currency)

    def has_pay_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whether the button shows and works."""
        part = self.row(object_id)
        return part is not None and bool(permissions.can_pay(request.user, part))

    def has_bounce_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whether the button shows and works."""
        part = self.row(object_id)
        holds = request.user.has_perm("events_directory.pay_disbursement")
        return holds and part is not None and part.allows("bounce")

    @action(
        description=gettext_lazy("Pay out"),
        permissions=["pay"],
        variant=ActionVariant.SUCCESS,
        dialog=ask(
            gettext_lazy("Pay out"), gettext_lazy("You have sent the money."), PaymentDialog
        ),
    )
    def pay(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Note that it was paid."""
        return self.run(
            request,
            object_id,
            lambda actor: grants.pay(
                self.row(object_id),
                key=f"console:{form.cleaned_data['key']}",
                bank_reference=form.cleaned_data["bank_reference"],
                actor=actor,
            ),
            done=_("Paid."),
        )

    @action(
        description=gettext_lazy("It came back"),
        permissions=["bounce"],
        variant=ActionVariant.WARNING,
        dialog=ask(
            gettext_lazy("It came back"),
            gettext_lazy("The bank returned the money."),
            ReasonDialog,
        ),
    )
    def bounce(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """The bank returned it."""
        reason = form.cleaned_data["reason"]
        return self.run(
            request,
            object_id,
            lambda actor: grants.bounce(self.row(object_id), reason=reason, actor=actor),
            done=_("Noted."),
        )

"""Partners: verification, roles, plan."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminSelectWidget

from events_directory.admin.desk import Desk, ReasonDialog, Rows, action, ask
from events_directory.models import Partner, PartnerSeat, Venue
from events_directory.operations import partners
from members.models import User


class UserDialog(BaseDialogForm):
    """Somebody, by the address they sign in with."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"), widget=UnfoldAdminEmailInputWidget
    )

    def clean_email(self) -> str:
        """The address of somebody who can sign in."""
        email = self.cleaned_data["email"]
        if not User.objects.filter(email__iexact=email).exists():
            raise ValidationError(_("Nobody signs in with this address."))
        return email


class SeatDialog(UserDialog):
    """Who, and as what."""

    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=PartnerSeat.Role.choices,
        widget=UnfoldAdminSelectWidget,
    )


class PlanDialog(BaseDialogForm):
    plan = forms.ChoiceField(
        label=gettext_lazy("Plan"), choices=Partner.Plan.choices, widget=UnfoldAdminSelectWidget
    )


class SeatRows(Rows):
    model = PartnerSeat
    fields = ("user", "role", "since", "ended_at")


class VenueRows(Rows):
    model = Venue
    fields = ("name", "address", "zone")


@admin.register(Partner)
class PartnerAdmin(Desk):
    """Organisations, those waiting for verification first."""

    list_display = ("name", "shown_state", "plan", "created_at", "verified_at")
    list_filter = ("state", "plan")
    search_fields = ("name", "slug")
    ordering = ("-created_at",)
    inlines = (SeatRows, VenueRows)
    actions_detail = ("verify", "turn_down", "suspend", "give_role", "end_role", "change_plan")

    @display(
        description=gettext_lazy("verification"),
        ordering="state",
        label={
            Partner.State.PENDING: "warning",
            Partner.State.VERIFIED: "success",
            Partner.State.TURNED_DOWN: "danger",
            Partner.State.SUSPENDED: "danger",
        },
    )
    def shown_state(self, partner: Partner) -> tuple[str, str]:
        """The state as a coloured label."""
        return partner.state, partner.get_state_display()

    def _may(self, request: HttpRequest, object_id: Any, verb: str) -> bool:
        partner = self.row(object_id)
        holds = request.user.has_perm("events_directory.change_partner")
        return holds and partner is not None and partner.allows(verb)

    def has_arrange_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whether roles and plan may be changed."""
        return request.user.has_perm("events_directory.change_partner")

    def has_verify_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whether the button shows and works."""
        return self._may(request, object_id, "verify")

    def has_turn_down_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whether the button shows and works."""
        return self._may(request, object_id, "turn_down")

    def has_suspend_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whether the button shows and works."""
        return self._may(request, object_id, "suspend")

    @action(
        description=gettext_lazy("Verify"),
        permissions=["verify"],
        variant=ActionVariant.SUCCESS,
        dialog=ask(gettext_lazy("Verify"), gettext_lazy("You have confirmed who this is.")),
    )
    def verify(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Confirm who the organisation is."""
        return self.run(
            request,
            object_id,
            lambda actor: partners.verify(self.row(object_id), actor=actor),
            done=_("Verified."),
        )

    @action(
        description=gettext_lazy("Turn down"),
        permissions=["turn_down"],
        dialog=ask(
            gettext_lazy("Turn down"),
            gettext_lazy("The organisation reads the reason."),
            ReasonDialog,
        ),
    )
    def turn_down(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Refuse the verification."""
        reason = form.cleaned_data["reason"]
        return self.run(
            request,
            object_id,
            lambda actor: partners.turn_down(self.row(object_id), reason=reason, actor=actor),
            done=_("Turned down."),
        )

    @action(
        description=gettext_lazy("Suspend"),
        permissions=["suspend"],
        variant=ActionVariant.DANGER,
        dialog=ask(
            gettext_lazy("Suspend"),
            gettext_lazy(
                "Until they are verified again nothing of theirs is on show, booked or paid. Seats that are "
                "taken stay, and their holders are told."
            ),
            ReasonDialog,
        ),
    )
    def suspend(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Take the verification back."""
        reason = form.cleaned_data["reason"]
        return self.run(
            request,
            object_id,
            lambda actor: partners.suspend(self.row(object_id), reason=reason, actor=actor),
            done=_("Suspended."),
        )

    @action(
        description=gettext_lazy("Give a role"),
        permissions=["arrange"],
        dialog=ask(
            gettext_lazy("Give a role"),
            gettext_lazy("An earlier role of theirs ends at once."),
            SeatDialog,
        ),
    )
    def give_role(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Seat somebody in the organisation."""
        user = User.objects.get(email__iexact=form.cleaned_data["email"])
        return self.run(
            request,
            object_id,
            lambda actor: partners.seat(
                self.row(object_id), user=user, role=form.cleaned_data["role"], actor=actor
            ),
            done=_("The role is given."),
        )

    @action(
        description=gettext_lazy("End a role"),
        permissions=["arrange"],
        dialog=ask(
            gettext_lazy("End a role"),
            gettext_lazy("They leave the organisation; what they did stays on record."),
            UserDialog,
        ),
    )
    def end_role(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Let somebody leave."""
        held = PartnerSeat.objects.held_now().filter(
            partner_id=int(object_id), user__email__iexact=form.cleaned_data["email"]
        )
        return self.run(
            request,
            object_id,
            lambda actor: [partners.end_seat(seat, actor=actor) for seat in held],
            done=_("They have no role here now."),
        )

    @action(
        description=gettext_lazy("Change the plan"),
        permissions=["arrange"],
        dialog=ask(gettext_lazy("Change the plan"), "", PlanDialog),
    )
    def change_plan(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Put the organisation on another plan."""
        plan = form.cleaned_data["plan"]
        return self.run(
            request,
            object_id,
            lambda actor: partners.change_plan(self.row(object_id), plan=plan, actor=actor),
            done=_("The plan is changed."),
        )

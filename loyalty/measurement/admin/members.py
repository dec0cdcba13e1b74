"""The member page: who they are, and beside it what they own, did, won and redeemed."""

from typing import Any

import structlog
from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from loyalty.measurement import readings
from loyalty.measurement.admin import by_hand, identity, lives, privacy
from members import permissions
from members.console import Menu, OperationAdmin, ReasonForm, RefusableForm, Step, StepsAdmin
from members.domain.actors import Actor
from members.domain.calendar import zone_names
from members.models import Member, Tier
from members.operations import lifts, members, viewings
from members.views.viewing import enter

log = structlog.get_logger(__name__)


class MemberForm(RefusableForm):
    """What staff may correct; saved by `members.operations.members.update`."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=[(name, name) for name in sorted(zone_names())],
        widget=UnfoldAdminSelectWidget,
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, widget=UnfoldAdminSelectWidget
    )

    class Meta:
        model = Member
        fields = (
            "given_name",
            "family_name",
            "email",
            "birth_month",
            "birth_day",
            "joined_on",
            "time_zone",
            "language",
            "shows_real_name",
            "is_ranked",
        )


class TierForm(forms.Form):
    """Which tier, until when, and why."""

    tier = forms.ModelChoiceField(
        label=_("Tier"),
        queryset=Tier.objects.filter(threshold__gt=0).order_by("group", "threshold"),
        widget=UnfoldAdminSelectWidget,
    )
    until = forms.DateField(label=_("Last day"), widget=UnfoldAdminDateWidget)
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=UnfoldAdminTextInputWidget())


def start_viewing(request: HttpRequest, viewing: viewings.Viewing) -> HttpResponse:
    """To the member's first page."""
    enter(request, viewing)
    return redirect("home")


@admin.register(Member)
class MemberAdmin(StepsAdmin, OperationAdmin):
    """Members. They enrol themselves or through the API, so there is nothing to add here."""

    form = MemberForm
    list_display = ("ref", "full_name", "email", "joined_on", "time_zone")
    list_filter = ("language", "is_ranked", ("erased_at", admin.EmptyFieldListFilter))
    search_fields = ("=ref", "email__istartswith", "given_name", "family_name")
    search_help_text = _("Reference, e-mail address or name")
    ordering = ("-id",)
    list_select_related = ("user", "merged_into")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("ref", "user"),
                    "merged_into",
                    ("given_name", "family_name"),
                    "email",
                    ("birth_month", "birth_day", "birthday_set_at"),
                    ("joined_on", "created_at"),
                    ("time_zone", "language"),
                    "pseudonym",
                    ("shows_real_name", "is_ranked"),
                )
            },
        ),
    )
    readonly_fields = ("ref", "user", "merged_into", "pseudonym", "birthday_set_at", "created_at")
    steps = (
        *by_hand.STEPS,
        *lives.STEPS,
        *identity.STEPS,
        *privacy.STEPS,
        Step(
            name="give_tier",
            label=_("Give a tier"),
            question=_(
                "It lifts the member until that day, whatever their points say, and lowers nobody."
            ),
            permission="members.add_tierlift",
            act=lifts.give_tier,
            can=permissions.can_give_tier,
            fits=identity.is_their_own,
            form=TierForm,
            icon="military_tech",
        ),
        Step(
            name="view_as",
            label=_("View as this member"),
            question=_(
                "You see their pages as they do, for a quarter of an hour and without codes. Nothing can"
                " be changed meanwhile. The audit trail says that you looked, and why."
            ),
            permission="members.view_as_member",
            act=viewings.begin,
            can=permissions.can_view_as,
            fits=identity.is_their_own,
            form=ReasonForm,
            icon="visibility",
            leads=start_viewing,
        ),
    )
    menus = (
        Menu(_("Points"), "toll", ("adjust", "reinstate", "lengthen", "forgive")),
        Menu(_("Membership"), "badge", ("give_tier", "change_key", "merge", "unmerge", "view_as")),
        Menu(_("Privacy"), "shield_person", ("export", "erase")),
    )
    change_form_outer_after_template = "admin/members/all_round.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never by hand."""
        return False

    @admin.display(description=_("name"), ordering="family_name")
    def full_name(self, member: Member) -> str:
        """As far as known."""
        return member.full_name

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The form, and everything around it. Who looked at whom is logged."""
        member = self.get_object(request, object_id)
        if member is not None and self.has_view_permission(request, member):
            log.info("member_viewed", member=member.pk, by=request.user.pk)
            around = {"all_round": readings.all_round(member), "member": member}
            extra_context = {**(extra_context or {}), **around}
        return super().change_view(request, object_id, form_url, extra_context)

    def change_row(self, row: Member, actor: Actor, **fields: Any) -> Member:
        """By the operation; a birthday is told as a whole."""
        if {"birth_month", "birth_day"} & set(fields):
            fields |= {"birth_month": row.birth_month, "birth_day": row.birth_day}
        return members.update(row, actor=actor, **fields)

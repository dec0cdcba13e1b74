"""The member page: who they are, and beside it what they own, did, won and redeemed."""

from collections.abc import Sequence
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
from loyalty.measurement.admin import by_hand, identity, lives, notes, privacy
from members import permissions
from members.console import (
    Menu,
    OperationAdmin,
    ReasonForm,
    RefusableForm,
    Step,
    StepsAdmin,
    SurroundedAdmin,
)
from members.domain import masks
from members.domain.actors import Actor
from members.domain.calendar import zone_names
from members.doors import staff_of
from members.models import Member, Tier
from members.operations import lifts, members, viewings
from members.views.viewing import enter

log = structlog.get_logger(__name__)
#: What says how a member is reached.
HIDDEN = {"email", "user"}


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
            "display_name",
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


def _shown(name: str, request: HttpRequest) -> str:
    """The column or field, or what stands for it where somebody does not see how members are reached."""
    is_hidden = name in HIDDEN and not permissions.can_see_contact(request.user)
    return f"masked_{name}" if is_hidden else name


def start_viewing(request: HttpRequest, viewing: viewings.Viewing) -> HttpResponse:
    """To the member's first page."""
    enter(request, viewing)
    return redirect("home")


@admin.register(Member)
class MemberAdmin(SurroundedAdmin, StepsAdmin, OperationAdmin):
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
                    ("display_name", "pseudonym"),
                    ("shows_real_name", "is_ranked"),
                )
            },
        ),
    )
    readonly_fields = (
        "masked_email",
        "masked_user",
        "ref",
        "user",
        "merged_into",
        "pseudonym",
        "birthday_set_at",
        "created_at",
    )
    bulk = ("adjust", "give_tier")
    steps = (
        *by_hand.STEPS,
        *lives.STEPS,
        *identity.STEPS,
        *notes.STEPS,
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
        Menu(
            _("Membership"),
            "badge",
            ("note", "give_tier", "change_key", "merge", "unmerge", "view_as"),
        ),
        Menu(_("Privacy"), "shield_person", ("export", "erase")),
    )
    change_form_outer_after_template = "admin/members/all_round.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never by hand."""
        return False

    @admin.display(description=_("sign-in"))
    def masked_user(self, member: Member) -> str:
        """Whose it is; where it has no name, as much of its address."""
        user = member.user
        return (user.get_full_name() or masks.email(user.email)) if user else "–"

    @admin.display(description=_("e-mail address"))
    def masked_email(self, member: Member) -> str:
        """As much of it as those see who need not write to it."""
        return masks.email(member.email)

    def get_list_display(self, request: HttpRequest) -> Sequence[str]:
        """With the address for those who may see it."""
        return [_shown(name, request) for name in self.list_display]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The same on the member's page; who does not see the address cannot change it."""
        (title, options), *others = super().get_fieldsets(request, obj)
        fields = [
            _shown(each, request)
            if isinstance(each, str)
            else tuple(_shown(name, request) for name in each)
            for each in options["fields"]
        ]
        return [(title, {**options, "fields": fields}), *others]

    def get_search_fields(self, request: HttpRequest) -> list[str] | tuple[str, ...]:
        """An address is found by its beginning by those who may see it, and by others as a whole."""
        if permissions.can_see_contact(request.user):
            return tuple(self.search_fields)
        return [name.replace("email__istartswith", "email__iexact") for name in self.search_fields]

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Nobody finds out an address letter by letter."""
        is_open = "email" not in lookup or permissions.can_see_contact(request.user)
        return bool(is_open) and super().lookup_allowed(lookup, value, request)

    @admin.display(description=_("name"), ordering="family_name")
    def full_name(self, member: Member) -> str:
        """As far as known."""
        return member.full_name

    def around(self, request: HttpRequest, row: Member) -> dict[str, Any]:
        """Everything about the member. Who looked at whom is logged."""
        seen = bool(permissions.can_see_contact(request.user))
        log.info("member_viewed", member=row.pk, by=request.user.pk, contact=seen)
        reads = bool(permissions.can_read_notes(request.user))
        all_round = readings.all_round(row, reader=staff_of(request))
        return {"all_round": all_round, "member": row, "may_read_notes": reads}

    def change_row(self, row: Member, actor: Actor, **fields: Any) -> Member:
        """By the operation; a birthday is told as a whole."""
        if {"birth_month", "birth_day"} & set(fields):
            fields |= {"birth_month": row.birth_month, "birth_day": row.birth_day}
        return members.update(row, actor=actor, **fields)

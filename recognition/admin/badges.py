"""Badges and who holds them."""

import secrets
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextInputWidget

from members.console import OperationAdmin, ReadOnlyAdmin, ReasonForm, Step, StepsAdmin
from members.domain.actors import Actor
from members.models import Member
from recognition import permissions
from recognition.models import Badge, BadgeAward
from recognition.operations import badges

STATES = {"draft": "info", "active": "success", "archived": "default"}


class AwardForm(ReasonForm):
    """To whom, and why; the holder reads the reason."""

    member = forms.CharField(
        label=_("Member"),
        help_text=_("Their reference."),
        max_length=100,
        widget=UnfoldAdminTextInputWidget(),
    )
    #: Sending one rendering of the form twice gives one badge.
    key = forms.CharField(
        widget=forms.HiddenInput, max_length=64, required=False, initial=secrets.token_hex
    )
    field_order = ("member", "reason", "key")

    def clean_member(self) -> Member:
        """The member of this reference."""
        found = Member.objects.known_as(self.cleaned_data["member"]).first()
        if found is None:
            raise ValidationError(_("There is no member with this reference."), code="unknown")
        return found


@admin.register(Badge)
class BadgeAdmin(StepsAdmin, OperationAdmin):
    """Badges. What one is won for stands still once it is active."""

    list_display = ("name", "slug", "state_label", "metal", "is_repeatable", "held")
    list_filter = ("state", "metal")
    search_fields = ("name", "slug")
    ordering = ("name",)
    fields = (
        ("name", "slug"),
        "criteria",
        "description",
        ("motif", "metal"),
        ("is_repeatable", "starts_public"),
        "valid_days",
    )
    steps = (
        Step(
            "activate",
            _("Activate"),
            _("From now on it can be won, and what it is won for stands still."),
            "recognition.change_badge",
            badges.activate,
            can=permissions.can_change_badge,
            fits=lambda badge: badge.state in (Badge.State.DRAFT, Badge.State.ARCHIVED),
            icon="play_arrow",
            variant=ActionVariant.PRIMARY,
        ),
        Step(
            "archive",
            _("Archive"),
            _("Nobody wins it any more. Those who hold it keep it."),
            "recognition.change_badge",
            badges.archive,
            can=permissions.can_change_badge,
            fits=lambda badge: badge.is_active,
            icon="archive",
        ),
        Step(
            "give",
            _("Give to a member"),
            _("For what no rule can see. The member reads your reason."),
            "recognition.award_badge",
            badges.give_by_hand,
            can=permissions.can_award,
            fits=lambda badge: badge.is_active,
            form=AwardForm,
            icon="workspace_premium",
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Badge]:
        """With the number of holders."""
        return super().get_queryset(request).with_holders()

    @display(description=_("state"), ordering="state", label=STATES)
    def state_label(self, badge: Badge) -> tuple[str, str]:
        """The state, as a label."""
        return badge.state, badge.get_state_display()

    @display(description=_("holders"))
    def held(self, badge: Badge) -> int:
        """How many members hold it."""
        return badge.holders or 0

    def get_readonly_fields(self, request: HttpRequest, obj: Badge | None = None) -> tuple:
        """Its address is for ever; its promise from the activation on."""
        if obj is None:
            return ()
        return ("slug",) if obj.state == Badge.State.DRAFT else ("slug", *badges.PROMISED)

    def add_row(self, actor: Actor, **fields: Any) -> Badge:
        """By the operation."""
        return badges.define(fields.pop("slug"), actor=actor, **fields)

    def change_row(self, row: Badge, actor: Actor, **fields: Any) -> Badge:
        """By the operation."""
        return badges.edit(row, actor=actor, **fields)


@admin.register(BadgeAward)
class BadgeAwardAdmin(StepsAdmin, ReadOnlyAdmin):
    """Who won what, when and why."""

    list_display = ("badge", "member", "seq", "reason", "awarded_at", "revoked_at")
    list_display_links = ("badge", "member")
    list_filter = ("badge", ("revoked_at", admin.EmptyFieldListFilter))
    search_fields = ("=member__ref", "=slug")
    search_help_text = _("A member's reference, or an award's address")
    list_select_related = ("badge", "member")
    ordering = ("-id",)
    bulk = ("revoke",)
    steps = (
        Step(
            "revoke",
            _("Revoke"),
            _("Its public page says so from now on. The holder reads the reason."),
            "recognition.revoke_badge",
            badges.revoke,
            can=permissions.can_revoke,
            fits=lambda award: award.is_live,
            form=ReasonForm,
            icon="block",
            variant=ActionVariant.DANGER,
        ),
    )

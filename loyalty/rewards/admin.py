"""Rewards and redemptions in the staff console."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.enums import ActionVariant

from loyalty.rewards import permissions
from loyalty.rewards.models import Redemption, Reward
from loyalty.rewards.operations import redemptions, rewards
from members.console import OperationAdmin, ReadOnlyAdmin, ReasonForm, Step, StepsAdmin
from members.domain.actors import Actor

STATES = {"confirmed": "info", "fulfilled": "success", "cancelled": "danger"}


@admin.register(Reward)
class RewardAdmin(OperationAdmin):
    """The catalogue. What was redeemed keeps the price it was redeemed for."""

    list_display = ("name", "kind", "cost", "unit", "stock", "state", "until")
    list_filter = ("state", "kind", "unit")
    search_fields = ("name", "slug")
    list_select_related = ("unit",)
    ordering = ("cost", "slug")
    fields = (
        ("name", "slug"),
        "description",
        ("kind", "unit"),
        ("cost", "stock", "limit_per_member"),
        ("until", "state"),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Reward | None = None) -> tuple:
        """Its address and its unit are for ever."""
        return ("slug", "unit") if obj else ("state",)

    def add_row(self, actor: Actor, **fields: Any) -> Reward:
        """By the operation."""
        return rewards.offer(fields.pop("slug"), actor=actor, **fields)

    def change_row(self, row: Reward, actor: Actor, **fields: Any) -> Reward:
        """By the operation."""
        return rewards.change(row, actor=actor, **fields)


@admin.register(Redemption)
class RedemptionAdmin(StepsAdmin, ReadOnlyAdmin):
    """What members took, waiting to be handed over."""

    list_display = ("id", "member", "reward", "quantity", "cost", "state_label", "redeemed_at")
    list_display_links = ("id", "reward")
    list_filter = ("state", "reward")
    search_fields = ("=member__ref", "reward__name")
    search_help_text = _("A member's reference, or the reward")
    list_select_related = ("member", "reward")
    ordering = ("-id",)
    steps = (
        Step(
            "fulfil",
            _("Handed over"),
            _("The reward has been handed to the member. This cannot be undone."),
            "rewards.change_redemption",
            redemptions.fulfil,
            can=permissions.can_fulfil,
            fits=lambda redemption: redemption.state == Redemption.State.CONFIRMED,
            icon="check",
            variant=ActionVariant.PRIMARY,
        ),
        Step(
            "cancel",
            _("Cancel redemption"),
            _("The points go back into the lots they came from, and the stock grows again."),
            "rewards.change_redemption",
            partial(redemptions.cancel, at_any_time=True),
            can=permissions.can_cancel,
            fits=lambda redemption: redemption.state == Redemption.State.CONFIRMED,
            form=ReasonForm,
            icon="undo",
            variant=ActionVariant.DANGER,
        ),
    )

    @display(description=_("state"), ordering="state", label=STATES)
    def state_label(self, redemption: Redemption) -> tuple[str, str]:
        """The state, as a label."""
        return redemption.state, redemption.get_state_display()

"""Rewards, redemptions and coupons in the staff console. Codes are shown nowhere here."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminFileFieldWidget

from loyalty.rewards import permissions
from loyalty.rewards.forms import CodesFileForm
from loyalty.rewards.models import Coupon, CouponBatch, Redemption, Reward
from loyalty.rewards.operations import coupon_imports, redemptions, rewards
from members.console import OperationAdmin, ReadOnlyAdmin, ReasonForm, Step, StepsAdmin
from members.domain.actors import Actor

STATES = {"reserved": "warning", "confirmed": "info", "fulfilled": "success", "cancelled": "danger"}
COUPON_STATES = {"free": "info", "assigned": "warning", "burnt": "success", "void": "danger"}


class LeftFilter(admin.SimpleListFilter):
    """Rewards of which few are left."""

    title = _("left")
    parameter_name = "left"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list:
        """One choice."""
        return [("low", _("running low"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Those that staff want to hear of."""
        if self.value() != "low":
            return queryset
        return queryset.filter(pk__in=Reward.objects.running_low().values("pk"))


class WaitsFilter(admin.SimpleListFilter):
    """Redemptions that somebody has to hand over."""

    title = _("waits for")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list:
        """One choice."""
        return [("hands", _("being handed over"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Those without a coupon that do not end by themselves."""
        if self.value() != "hands":
            return queryset
        return queryset.filter(pk__in=Redemption.objects.to_hand_over().values("pk"))


class CodesFileStep(CodesFileForm):
    """The file, in the console's clothes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget = UnfoldAdminFileFieldWidget()


def _import(reward: Reward, *, file: Any, actor: Actor) -> CouponBatch:
    return coupon_imports.import_codes(reward, text=file.text, file_name=file.name, actor=actor)


@admin.register(Reward)
class RewardAdmin(StepsAdmin, OperationAdmin):
    """The catalogue. What was redeemed keeps the price it was redeemed for."""

    list_display = ("name", "kind", "cost", "unit", "pieces_left", "state", "until")
    list_filter = ("state", "kind", LeftFilter, "unit")
    search_fields = ("name", "slug")
    list_select_related = ("unit",)
    ordering = ("cost", "slug")
    autocomplete_fields = ("partner", "micro_event", "badge", "segments")
    fieldsets = (
        (None, {"fields": (("name", "slug"), "description", ("kind", "unit"), ("cost", "state"))}),
        (
            _("How many, when, for whom"),
            {
                "fields": (
                    ("stock", "low_at"),
                    ("limit_per_member", "limit_window"),
                    "since",
                    "until",
                    ("tier", "badge"),
                    "segments",
                )
            },
        ),
        (_("Coupons"), {"fields": (("codes", "good_for_days"), "partner")}),
        (
            _("What it gives"),
            {"fields": (("worth", "currency"), "pool", "micro_event", "access_name")},
        ),
    )
    steps = (
        Step(
            "import_codes",
            _("Import codes"),
            _("All or nothing: a file with a faulty line changes nothing and names the line."),
            "rewards.add_coupon",
            _import,
            can=permissions.can_import,
            fits=lambda reward: reward.codes == Reward.Codes.POOL,
            form=CodesFileStep,
            icon="upload_file",
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """With what is left of each pool."""
        return super().get_queryset(request).with_terms()

    def get_readonly_fields(self, request: HttpRequest, obj: Reward | None = None) -> tuple:
        """Its address and its unit are for ever."""
        return ("slug", "unit") if obj else ("state",)

    def add_row(self, actor: Actor, **fields: Any) -> Reward:
        """By the operation."""
        return rewards.offer(fields.pop("slug"), actor=actor, **fields)

    def change_row(self, row: Reward, actor: Actor, **fields: Any) -> Reward:
        """By the operation."""
        return rewards.change(row, actor=actor, **fields)

    @display(description=_("left"))
    def pieces_left(self, reward: Reward) -> str:
        """How many pieces there are, also of a pool."""
        return "∞" if reward.left is None else str(reward.left)


@admin.register(Redemption)
class RedemptionAdmin(StepsAdmin, ReadOnlyAdmin):
    """What members took, waiting to be handed over."""

    list_display = ("id", "member", "reward", "quantity", "cost", "state_label", "redeemed_at")
    list_display_links = ("id", "reward")
    list_filter = ("state", WaitsFilter, "reward")
    search_fields = ("=member__ref", "reward__name", "=order_id")
    search_help_text = _("A member's reference, the reward, or an order")
    list_select_related = ("member", "reward")
    ordering = ("-id",)
    fields = (
        ("member", "reward"),
        ("quantity", "returned", "cost"),
        ("state", "order_id"),
        ("redeemed_at", "undo_until"),
        ("expires_at", "ended_at"),
        "entry",
        "history",
    )
    bulk = ("fulfil", "cancel")
    steps = (
        Step(
            "fulfil",
            _("Handed over"),
            _("The reward has been handed to the member. This cannot be undone."),
            "rewards.change_redemption",
            redemptions.fulfil,
            can=permissions.can_fulfil,
            fits=lambda redemption: (
                redemption.state == Redemption.State.CONFIRMED and not redemption.reward.has_codes
            ),
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
            fits=lambda redemption: (
                redemption.state in (Redemption.State.RESERVED, Redemption.State.CONFIRMED)
            ),
            form=ReasonForm,
            icon="undo",
            variant=ActionVariant.DANGER,
        ),
    )

    @display(description=_("state"), ordering="state", label=STATES)
    def state_label(self, redemption: Redemption) -> tuple[str, str]:
        """The state, as a label."""
        return redemption.state, redemption.get_state_display()

    @display(description=_("history"))
    def history(self, redemption: Redemption) -> str:
        """Every step with its time and who took it."""
        return format_html_join(
            "",
            "<div>{} · {} · {} {}</div>",
            (
                (
                    date_format(localtime(step.at), "SHORT_DATETIME_FORMAT"),
                    step.get_after_display(),
                    step.actor_kind,
                    step.reason,
                )
                for step in redemption.steps.order_by("pk")
            ),
        )


@admin.register(Coupon)
class CouponAdmin(ReadOnlyAdmin):
    """Where each coupon stands. Its code is its owner's alone."""

    list_display = ("id", "reward", "member", "state_label", "expires_at", "ended_at")
    list_filter = ("state", "reward")
    search_fields = ("=id", "=redemption__member__ref", "=order_id")
    search_help_text = _("A number, a member's reference, or an order")
    list_select_related = ("reward", "redemption__member")
    ordering = ("-id",)
    fields = (
        ("reward", "batch", "redemption"),
        ("state", "order_id"),
        ("minted_at", "expires_at", "ended_at"),
    )

    @display(description=_("member"))
    def member(self, coupon: Coupon) -> str:
        """Whose it is."""
        return str(coupon.redemption.member) if coupon.redemption is not None else ""

    @display(description=_("state"), ordering="state", label=COUPON_STATES)
    def state_label(self, coupon: Coupon) -> tuple[str, str]:
        """The state, as a label."""
        return coupon.state, coupon.get_state_display()


@admin.register(CouponBatch)
class CouponBatchAdmin(ReadOnlyAdmin):
    """Files of codes that were imported."""

    list_display = ("id", "reward", "file_name", "rows", "minted", "imported_at")
    list_filter = ("reward",)
    list_select_related = ("reward",)
    ordering = ("-id",)

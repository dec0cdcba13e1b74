"""What stands between the ledger's lines: holds that are open, and gifts between members."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.enums import ActionVariant

from members.console import ReadOnlyAdmin, ReasonForm, Step, StepsAdmin
from members.models import Gift, Hold
from members.operations import gifts, holds
from members.permissions import can_release, can_take_back

HOLDS = {"held": "warning", "captured": "success", "released": "info", "expired": "info"}
GIFTS = {"given": "success", "taken_back": "info"}


@admin.register(Hold)
class HoldAdmin(StepsAdmin, ReadOnlyAdmin):
    """Points set aside for a checkout, and how that ended."""

    list_display = (
        "id",
        "member",
        "amount",
        "unit",
        "state_label",
        "reference",
        "placed_at",
        "ended_at",
    )
    list_filter = ("state", "unit")
    search_fields = ("=member__ref", "=reference")
    search_help_text = _("A member's reference, or an order")
    ordering = ("-id",)
    list_select_related = ("member", "unit")
    bulk = ("release",)
    steps = (
        Step(
            "release",
            _("Release"),
            _(
                "The points go back to the lots they came from. The checkout cannot take them any more."
            ),
            "members.change_hold",
            holds.release,
            can=can_release,
            fits=lambda hold: hold.state == Hold.State.HELD,
            form=ReasonForm,
            icon="front_hand",
            variant=ActionVariant.WARNING,
        ),
    )

    @display(description=_("state"), ordering="state", label=HOLDS)
    def state_label(self, hold: Hold) -> tuple[str, str]:
        """The state, as a label."""
        return hold.state, hold.get_state_display()


@admin.register(Gift)
class GiftAdmin(StepsAdmin, ReadOnlyAdmin):
    """Points that members gave each other."""

    list_display = ("id", "giver", "receiver", "amount", "unit", "state_label", "given_at")
    list_filter = ("state", "unit")
    search_fields = ("=giver__ref", "=receiver__ref")
    search_help_text = _("The reference of who gave or got")
    ordering = ("-id",)
    list_select_related = ("giver", "receiver", "unit")
    fields = (
        ("giver", "receiver"),
        ("amount", "unit"),
        "message",
        "state",
        ("given_at", "taken_back_at"),
    )
    steps = (
        Step(
            "take_back",
            _("Take back"),
            _("The whole gift goes back to the giver's lots, if nothing of it has been used."),
            "members.change_gift",
            gifts.take_back,
            can=can_take_back,
            fits=lambda gift: gift.state == Gift.State.GIVEN,
            form=ReasonForm,
            icon="undo",
            variant=ActionVariant.WARNING,
        ),
    )

    @display(description=_("state"), ordering="state", label=GIFTS)
    def state_label(self, gift: Gift) -> tuple[str, str]:
        """The state, as a label."""
        return gift.state, gift.get_state_display()

"""Partners' funds in the staff console: open one, sell packs into it, pause and close it, see its bills."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from loyalty.rewards import permissions
from loyalty.rewards.domain.funds import cost_of
from loyalty.rewards.models import Fund, FundBill, FundMove
from loyalty.rewards.operations import funds
from loyalty.rewards.views.bill_files import download
from members import clock
from members.console import (
    Foreseen,
    OperationAdmin,
    ReadOnlyAdmin,
    ReasonForm,
    RefusableForm,
    Step,
    StepsAdmin,
)
from members.domain.actors import Actor
from members.domain.money import to_text

State = Fund.State
STATES = {"open": "success", "paused": "warning", "closed": "default"}
KINDS = {
    "bought": "success",
    "granted": "info",
    "returned": "warning",
    "expired": "warning",
    "refunded": "danger",
    "billed": "default",
}


class FundForm(RefusableForm):
    """What was agreed; a currency is written in capitals, however it is typed."""

    def clean_currency(self) -> str:
        """In capitals."""
        return self.cleaned_data["currency"].upper()


class PackForm(forms.Form):
    """How many points, and on which invoice; its key is made with the page, so it sells once."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    points = forms.IntegerField(
        label=_("Points"),
        min_value=1,
        max_value=funds.LARGEST_PACK,
        widget=UnfoldAdminIntegerFieldWidget(),
    )
    reference = forms.CharField(
        label=_("Invoice"), max_length=120, widget=UnfoldAdminTextInputWidget()
    )


def _sell(fund: Fund, *, points: int, reference: str, key: Any, actor: Actor) -> FundMove:
    return funds.buy_pack(
        fund, points=points, reference=reference, key=f"console:{key}", actor=actor
    )


def _foresee(fund: Fund, *, points: int, reference: str, **_asked: Any) -> Foreseen:
    """What the invoice has to say, what the fund would have, and whether the invoice was used before."""
    money = to_text(cost_of(points, fund.price, fund.currency), fund.currency)
    left = fund.left_at(clock.now()) or 0
    sold = FundMove.objects.filter(fund=fund, kind="bought", reference=reference)
    again = _now("This invoice has already paid for %(points)s points, on %(day)s.")
    return Foreseen(
        _now("%(points)s points for %(money)s %(currency)s.")
        % {"points": _grouped(points), "money": money, "currency": fund.currency},
        [(_("Left"), _grouped(left), _grouped(left + points))],
        [again % {"points": _grouped(each.points), "day": date_format(each.at)} for each in sold],
    )


def _sold(move: FundMove) -> str:
    """What came of it."""
    return _now("Sold: %(points)s points.") % {"points": _grouped(move.points)}


@admin.register(Fund)
class FundAdmin(StepsAdmin, OperationAdmin):
    """What partners pay for. What was agreed is not changed: another price is another fund."""

    list_display = (
        "name",
        "partner",
        "unit",
        "kind",
        "state_label",
        "left",
        "ceiling",
        "price_label",
    )
    list_filter = ("state", "kind", "unit")
    form = FundForm
    search_fields = ("name", "slug", "partner__name")
    list_select_related = ("partner", "unit")
    ordering = ("partner__name", "name")
    autocomplete_fields = ("partner",)
    fieldsets = (
        (None, {"fields": (("name", "slug"), ("partner", "unit"), ("kind", "state"))}),
        (
            _("What was agreed"),
            {"fields": (("price", "currency"), "ceiling", "valid_until", "returns_expired")},
        ),
    )
    figures = (
        _("How it stands"),
        {"fields": (("bought", "refunded"), ("granted", "returned"), ("left", "opened_at"))},
    )
    steps = (
        Step(
            "sell_pack",
            _("Sell a pack"),
            _("The partner has paid for more points. The money follows from the fund's price."),
            permissions.RUNNING,
            _sell,
            can=permissions.can_sell_pack,
            fits=lambda fund: fund.kind == Fund.Kind.PREPAID and fund.state != State.CLOSED,
            form=PackForm,
            foresee=_foresee,
            said=_sold,
            icon="add_shopping_cart",
            variant=ActionVariant.PRIMARY,
        ),
        Step(
            "pause",
            _("Pause"),
            _("It pays for nothing until it is resumed. Members read that in the reason."),
            permissions.RUNNING,
            funds.pause,
            can=permissions.can_move_fund,
            fits=lambda fund: fund.state == State.OPEN,
            form=ReasonForm,
            icon="pause",
            variant=ActionVariant.WARNING,
        ),
        Step(
            "resume",
            _("Resume"),
            _("It pays again from now on."),
            permissions.RUNNING,
            funds.resume,
            can=permissions.can_move_fund,
            fits=lambda fund: fund.state == State.PAUSED,
            icon="play_arrow",
            variant=ActionVariant.PRIMARY,
        ),
        Step(
            "close",
            _("Close for good"),
            _("It never pays again. What was bought and never used is owed to the partner."),
            permissions.RUNNING,
            funds.close,
            can=permissions.can_move_fund,
            fits=lambda fund: fund.state != State.CLOSED,
            form=ReasonForm,
            icon="block",
            variant=ActionVariant.DANGER,
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Fund | None = None) -> Any:
        """A fund that is only being opened has no figures yet."""
        return (*self.fieldsets, self.figures) if obj else self.fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Fund | None = None) -> tuple:
        """What was agreed stays; name, ceiling and end may change."""
        if obj is None:
            return ("state",)
        shown = [name for _title, box in self.get_fieldsets(request, obj) for name in _flat(box)]
        return tuple(name for name in shown if name not in funds.EDITABLE)

    def has_change_permission(self, request: HttpRequest, obj: Fund | None = None) -> bool:
        """While it is not closed, and never one's own organisation's."""
        may = super().has_change_permission(request, obj)
        return may and (obj is None or bool(permissions.can_move_fund(request.user, obj)))

    def add_row(self, actor: Actor, **fields: Any) -> Fund:
        """By the operation."""
        return funds.open_fund(fields.pop("slug"), actor=actor, **fields)

    def response_add(
        self, request: HttpRequest, obj: Fund, post_url_continue: Any = None
    ) -> HttpResponse:
        """A new fund is shown: packs are sold there."""
        messages.success(request, _now("The fund is open."))
        return redirect("admin:rewards_fund_change", obj.pk)

    def change_row(self, row: Fund, actor: Actor, **fields: Any) -> Fund:
        """By the operation."""
        return funds.change(row, actor=actor, **fields)

    @display(description=_("state"), ordering="state", label=STATES)
    def state_label(self, fund: Fund) -> tuple[str, str]:
        """The state, as a label."""
        return fund.state, fund.get_state_display()

    @display(description=_("left"))
    def left(self, fund: Fund) -> str:
        """The points it still pays for; of a monthly bill, this month."""
        left = fund.left_at(clock.now())
        return "∞" if left is None else _grouped(left)

    @display(description=_("price of 1,000 points"), ordering="price")
    def price_label(self, fund: Fund) -> str:
        """With its currency."""
        return f"{fund.price_text} {fund.currency}"


def _grouped(points: int) -> str:
    return number_format(points, force_grouping=True)


def _flat(box: dict[str, Any]) -> list[str]:
    found: list[str] = []
    for line in box["fields"]:
        found += [line] if isinstance(line, str) else line
    return found


@admin.register(FundMove)
class FundMoveAdmin(ReadOnlyAdmin):
    """Every move of every fund, newest first."""

    list_display = (
        "id",
        "fund",
        "kind_label",
        "points_label",
        "money_label",
        "month_label",
        "reference",
        "at",
    )
    list_filter = ("kind", "fund")
    search_fields = ("=reference", "fund__name", "fund__partner__name")
    list_select_related = ("fund",)
    ordering = ("-id",)
    fields = (
        ("fund", "kind"),
        ("points_label", "money_label"),
        ("month_label", "at"),
        ("of", "entry"),
        ("reference", "key"),
    )

    @display(description=_("kind"), ordering="kind", label=KINDS)
    def kind_label(self, move: FundMove) -> tuple[str, str]:
        """The kind, as a label."""
        return move.kind, move.get_kind_display()

    @display(description=_("points"), ordering="points")
    def points_label(self, move: FundMove) -> str:
        """With separators, as everywhere."""
        return _grouped(move.points)

    @display(description=_("month"), ordering="month")
    def month_label(self, move: FundMove) -> str:
        """The month, without a day."""
        return date_format(move.month, "YEAR_MONTH_FORMAT")

    @display(description=_("money"))
    def money_label(self, move: FundMove) -> str:
        """In the fund's currency; most moves are of points alone."""
        if move.money is None:
            return ""
        return f"{to_text(move.money, move.fund.currency)} {move.fund.currency}"


@admin.register(FundBill)
class FundBillAdmin(ReadOnlyAdmin):
    """What partners owe for each month."""

    list_display = (
        "month_label",
        "fund",
        "partner",
        "granted",
        "returned",
        "points",
        "amount_label",
    )
    list_filter = ("fund__partner", "fund")
    search_fields = ("fund__name", "fund__partner__name")
    list_select_related = ("fund__partner",)
    ordering = ("-month", "-id")
    fields = (
        ("fund", "month_label"),
        ("granted", "returned", "points"),
        ("amount_label", "made_at"),
    )
    change_form_outer_after_template = "admin/rewards/bill_file.html"

    def get_urls(self) -> list[URLPattern]:
        """The file beside the stock pages."""
        csv = self.admin_site.admin_view(self.csv_view)
        return [
            path("<path:object_id>/csv/", csv, name="rewards_fundbill_csv"),
            *super().get_urls(),
        ]

    def csv_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """One bill as CSV."""
        bill = self.get_object(request, object_id)
        if not self.has_view_permission(request, bill):
            raise PermissionDenied
        if bill is None:
            raise Http404
        return download([bill], name=f"bill-{bill.fund.slug}-{bill.month:%Y-%m}")

    @display(description=_("month"), ordering="month")
    def month_label(self, bill: FundBill) -> str:
        """The month, without a day."""
        return date_format(bill.month, "YEAR_MONTH_FORMAT")

    @display(description=_("partner"), ordering="fund__partner__name")
    def partner(self, bill: FundBill) -> str:
        """Who owes it."""
        return bill.fund.partner.name

    @display(description=_("amount"), ordering="amount")
    def amount_label(self, bill: FundBill) -> str:
        """In the fund's currency."""
        return f"{bill.amount_text} {bill.fund.currency}"

"""Households as staff see them: who is in them, and what they keep together. Only closing is by hand."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.enums import ActionVariant

from members.console import ReadOnlyAdmin, ReasonForm, Step, StepsAdmin, SurroundedAdmin
from members.models import Balance, Entry, Household, HouseholdSeat
from members.operations import households
from members.permissions import can_close_household

#: So many lines of the purse's statement are shown; the list of entries has all.
LAST = 30


@admin.register(Household)
class HouseholdAdmin(SurroundedAdmin, StepsAdmin, ReadOnlyAdmin):
    """Members open them, join and leave; staff look, and may end one."""

    list_display = ("id", "name", "people", "daily_limit", "created_at", "closed_at")
    list_display_links = ("id", "name")
    list_filter = (("closed_at", admin.EmptyFieldListFilter),)
    search_fields = ("name", "=seats__member__ref")
    search_help_text = _("A name, or a member's reference")
    ordering = ("-id",)
    fields = (("name", "daily_limit"), ("created_at", "closed_at"))
    change_form_outer_after_template = "admin/members/household.html"
    steps = (
        Step(
            "close",
            _("Close"),
            _("Everybody gets back what they put in and nobody has drawn, lot by lot."),
            "members.change_household",
            households.close,
            can=can_close_household,
            fits=lambda household: household.closed_at is None,
            form=ReasonForm,
            icon="door_front",
            variant=ActionVariant.DANGER,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Household]:
        """With how many are in it now."""
        sitting = Count("seats", filter=Q(seats__left_at=None), distinct=True)
        return super().get_queryset(request).annotate(sitting=sitting)

    @display(description=_("people"))
    def people(self, household: Any) -> int:
        """How many are in it now."""
        return household.sitting

    def around(self, request: HttpRequest, row: Household) -> dict[str, Any]:
        """The household, its seats, and the statement of its purse."""
        return {"together": _together(row)}


def _together(household: Household) -> dict[str, Any]:
    entries = Entry.objects.of_household(household).select_related(
        "unit", "debit__member", "credit__member", "credit__household"
    )
    seats = HouseholdSeat.objects.filter(household=household).select_related("member")
    return {
        "seats": seats.order_by("joined_at", "pk"),
        "balances": Balance.objects.filter(account__household=household)
        .select_related("account__unit")
        .order_by("account__unit_id"),
        "lines": [_line(entry, household) for entry in entries[:LAST]],
    }


def _line(entry: Entry, household: Household) -> dict[str, Any]:
    """Signed from the purse's side, with whose account is at the other end."""
    is_in = entry.credit.household_id == household.pk
    other = entry.debit if is_in else entry.credit
    return {
        "entry": entry,
        "signed": entry.amount if is_in else -entry.amount,
        "other": other.member or other.get_kind_display(),
    }

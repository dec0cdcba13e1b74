"""The ledger as staff read it: entries and accounts. Nothing here can be changed by hand."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.timezone import localtime
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.enums import ActionVariant

from members.admin import pending
from members.console import ReadOnlyAdmin, ReasonForm, Step, StepsAdmin
from members.domain.actors import Actor
from members.models import NEVER, Balance, Entry
from members.operations import accounts
from members.operations.lots import used_lots
from members.permissions import can_freeze, can_unfreeze

KINDS = {
    "accrual": "success",
    "activation": "success",
    "redemption": "info",
    "expiry": "warning",
    "reversal": "danger",
    "restoration": "info",
}


def owner_of(account) -> str:
    """Whose account it is: a member's, a household's, or the programme's own."""
    return str(account.member or account.household or account.get_kind_display())


@admin.register(Entry)
class EntryAdmin(StepsAdmin, ReadOnlyAdmin):
    """Every transfer of points. What still waits can be changed, by a further entry."""

    list_display = ("id", "kind_label", "points", "taken_from", "given_to", "reason", "recorded_at")
    list_display_links = ("id", "reason")
    list_filter = ("kind", "unit")
    search_fields = ("=key", "=credit__member__ref", "=debit__member__ref")
    search_help_text = _("Key, or a member's reference")
    ordering = ("-id",)
    list_select_related = (
        "unit",
        "debit__member",
        "debit__household",
        "credit__member",
        "credit__household",
    )
    fields = (
        "id",
        "kind",
        "points",
        "taken_from",
        "given_to",
        "reason",
        "key",
        ("cause", "rule_version_id"),
        ("occurred_at", "recorded_at"),
        ("active_from", "expires_at"),
        ("parent_entry", "reversed_entry"),
        "lots",
    )
    readonly_fields = (
        "points",
        "taken_from",
        "given_to",
        "cause",
        "parent_entry",
        "reversed_entry",
        "lots",
    )
    steps = (pending.STEP,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        """With everything that a page names."""
        return super().get_queryset(request).select_related(*self.list_select_related)

    @display(description=_("kind"), ordering="kind", label=KINDS)
    def kind_label(self, entry: Entry) -> tuple[str, str]:
        """The kind, as a label."""
        return entry.kind, entry.get_kind_display()

    @display(description=_("points"), ordering="amount")
    def points(self, entry: Entry) -> str:
        """Amount and unit."""
        return f"{entry.amount:,} {entry.unit.name}"

    @display(description=_("from"))
    def taken_from(self, entry: Entry) -> str:
        """The debited account."""
        return owner_of(entry.debit)

    @display(description=_("to"))
    def given_to(self, entry: Entry) -> str:
        """The credited account."""
        return owner_of(entry.credit)

    @display(description=_("cause"))
    def cause(self, entry: Entry) -> str:
        """What brought it about. An activity's page has everything the rules saw, and what cut them."""
        if entry.cause_kind != "activity" or entry.cause_id is None:
            return f"{entry.cause_kind} {entry.cause_id or ''}".strip()
        page = reverse("admin:members_activity_change", args=(entry.cause_id,))
        return format_html('<a href="{}">{} {}</a>', page, said("activity"), entry.cause_id)

    @display(description=_("lots it took from (given back: below 0)"))
    def lots(self, entry: Entry) -> str:
        """Each lot with its amount and its end."""
        rows = [
            (self._link(lot.pk), amount, _end_of(lot)) for lot, amount in used_lots(entry).items()
        ]
        return format_html_join("; ", "{}: {}, {}", rows) or "–"

    @display(description=_("belongs to"))
    def parent_entry(self, entry: Entry) -> str:
        """The entry it is a part of."""
        return self._link(entry.parent_id)

    @display(description=_("takes back"))
    def reversed_entry(self, entry: Entry) -> str:
        """The entry it reverses."""
        return self._link(entry.reverses_id)

    @staticmethod
    def _link(pk: int | None) -> str:
        if pk is None:
            return "–"
        return format_html(
            '<a href="{}">#{}</a>', reverse("admin:members_entry_change", args=(pk,)), pk
        )


def _end_of(lot: Entry) -> str:
    if lot.expires_at is None or lot.expires_at == NEVER:
        return said("never ends")
    return said("ends %(at)s") % {"at": date_format(localtime(lot.expires_at), "DATETIME_FORMAT")}


def freeze(balance: Balance, *, actor: Actor, reason: str) -> None:
    """By the operation."""
    accounts.freeze(balance.pk, reason=reason, actor=actor)


def unfreeze(balance: Balance, *, actor: Actor, reason: str) -> Balance:
    """By the operation."""
    return accounts.unfreeze(balance.pk, reason=reason, actor=actor)


@admin.register(Balance)
class BalanceAdmin(StepsAdmin, ReadOnlyAdmin):
    """Members' accounts and households' purses with their balances; frozen ones wait for somebody to
    look."""

    list_display = ("owner", "kind", "unit", "points", "frozen_label")
    list_filter = ("is_frozen", "account__kind", "account__unit")
    search_fields = ("=account__member__ref",)
    search_help_text = _("A member's reference")
    list_select_related = ("account__member", "account__household", "account__unit")
    ordering = ("-account_id",)
    readonly_fields = ("owner", "kind", "unit", "amount", "version", "may_go_negative", "is_frozen")
    fields = readonly_fields
    steps = (
        Step(
            "unfreeze",
            _("Unfreeze"),
            _("Points move here again, if the balance agrees with its postings and its lots."),
            "members.change_account",
            unfreeze,
            can=can_unfreeze,
            fits=lambda balance: balance.is_frozen,
            form=ReasonForm,
            icon="lock_open",
            variant=ActionVariant.WARNING,
        ),
        Step(
            "freeze",
            _("Freeze"),
            _("No points come or go here until a second person unfreezes it."),
            "members.change_account",
            freeze,
            can=can_freeze,
            fits=lambda balance: not balance.is_frozen,
            form=ReasonForm,
            icon="ac_unit",
            variant=ActionVariant.DANGER,
        ),
    )

    @display(description=_("balance"), ordering="amount")
    def points(self, balance: Balance) -> str:
        """With separators, as everywhere."""
        return f"{balance.amount:,}"

    @display(description=_("state"), ordering="is_frozen", label={"frozen": "danger"})
    def frozen_label(self, balance: Balance) -> tuple[str, str] | None:
        """Only what is out of order is marked."""
        return ("frozen", str(_("frozen"))) if balance.is_frozen else None

    @display(description=_("owner"))
    def owner(self, balance: Balance) -> str:
        """Whose it is."""
        return owner_of(balance.account)

    @display(description=_("kind"))
    def kind(self, balance: Balance) -> str:
        """What the account is for."""
        return str(balance.account.get_kind_display())

    @display(description=_("unit"))
    def unit(self, balance: Balance) -> str:
        """What it counts."""
        return balance.account.unit.name

"""Pools, what lies in them, and every movement."""

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from events_directory.admin.desk import DepositDialog, Desk, Rows, action, ask, shown
from events_directory.models import Pool, PoolAccount, PoolEntry
from events_directory.operations import pools
from members.domain.actors import Actor


class AccountRows(Rows):
    model = PoolAccount
    fields = ("holds", "amount")
    readonly_fields = ("amount",)
    show_change_link = False

    @display(description=gettext_lazy("balance"))
    def amount(self, account: PoolAccount) -> str:
        """What it holds; deposits as what came in."""
        return shown(abs(account.balance), account.pool.currency)


@admin.register(Pool)
class PoolAdmin(Desk):
    """Community pools."""

    list_display = ("name", "currency", "available", "is_open")
    search_fields = ("name", "slug")
    fields = ("name", "slug", "purpose", "currency")
    prepopulated_fields = {"slug": ("name",)}
    inlines = (AccountRows,)
    ordering = ("name",)
    actions_detail = ("deposit", "switch")

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the accounts, for the list."""
        return super().get_queryset(request).prefetch_related("accounts")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A pool is set up here; its money moves by operations."""
        return request.user.has_perm("events_directory.add_pool")

    def has_fund_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whether deposits are recorded and the pool opened or closed by this person."""
        return request.user.has_perm("events_directory.fund_pool")

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        """Only while it is being set up."""
        return {} if obj else self.prepopulated_fields

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """A pool that is being set up holds nothing."""
        return self.inlines if obj else ()

    def save_model(self, request: HttpRequest, obj: Pool, form: ModelForm, change: bool) -> None:
        """Set it up with its five accounts."""
        made = pools.establish(
            obj.slug,
            name=obj.name,
            currency=obj.currency,
            purpose=obj.purpose,
            actor=Actor.user(request.user),
        )
        obj.pk = made.pk
        obj.refresh_from_db()

    @display(description=gettext_lazy("available"))
    def available(self, pool: Pool) -> str:
        """What can still be promised."""
        return shown(pool.balances()["available"], pool.currency)

    @action(
        description=gettext_lazy("Record a deposit"),
        permissions=["fund"],
        dialog=ask(
            gettext_lazy("Record a deposit"),
            gettext_lazy("Money that has arrived on the pool's bank account."),
            DepositDialog,
        ),
    )
    def deposit(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Money came in."""
        pool = self.row(object_id)
        return self.run(
            request,
            object_id,
            lambda actor: pools.deposit(
                pool,
                amount=form.minor(pool.currency),
                key=f"console:{form.cleaned_data['key']}",
                note=form.cleaned_data["note"],
                actor=actor,
            ),
            done=_("Recorded."),
        )

    @action(
        description=gettext_lazy("Open or close for applications"),
        permissions=["fund"],
        dialog=ask(
            gettext_lazy("Open or close"), gettext_lazy("What was handed in stays as it is.")
        ),
    )
    def switch(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Take applications, or stop."""
        pool = self.row(object_id)
        return self.run(
            request,
            object_id,
            lambda actor: pools.set_open(pool, is_open=not pool.is_open, actor=actor),
            done=_("Changed."),
        )


@admin.register(PoolEntry)
class PoolEntryAdmin(Desk):
    """Every movement of money, newest first."""

    list_display = ("id", "pool", "cause", "debit", "credit", "shown_amount", "at")
    list_filter = ("cause", "debit__pool")
    list_select_related = ("debit__pool", "credit")
    ordering = ("-id",)
    exclude = ("amount",)
    readonly_fields = ("shown_amount",)

    @display(description=gettext_lazy("pool"))
    def pool(self, entry: PoolEntry) -> Pool:
        """Whose money."""
        return entry.debit.pool

    @display(description=gettext_lazy("amount"), ordering="amount")
    def shown_amount(self, entry: PoolEntry) -> str:
        """In the pool's currency."""
        return shown(entry.amount, entry.debit.pool.currency)

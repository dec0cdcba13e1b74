"""Community pools: money in minor units, in double entry.

An entry takes a positive amount out of its debit account and puts it into its credit account. Balances
are stored and written in the same transaction as the entry; entries never change.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from events_directory.domain.pools import Cause, Held


class Pool(models.Model):
    """A pot of money for the neighbourhood, with a hard limit: what lies in it."""

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    purpose = models.TextField(_("purpose"), max_length=2000, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    is_open = models.BooleanField(_("takes applications"), default=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("pool")
        verbose_name_plural = _("pools")
        permissions = [("fund_pool", "Can record deposits into a pool")]
        constraints = [
            models.CheckConstraint(
                condition=Q(currency__regex="^[A-Z]{3}$"), name="pool_currency_is_iso"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def balances(self) -> dict[str, int]:
        """What each account holds, in minor units; deposits as the positive sum that came in.

        One query, or none when `accounts` was prefetched.
        """
        balance = {account.holds: account.balance for account in self.accounts.all()}
        balance[Held.DEPOSITS] *= -1
        return {held.value: balance[held] for held in Held}


class PoolAccount(models.Model):
    """One of the five accounts of a pool. Only the mirror of what came in lies below zero."""

    HOLDS = [
        (Held.DEPOSITS.value, _("deposited")),
        (Held.AVAILABLE.value, _("available")),
        (Held.COMMITTED.value, _("committed")),
        (Held.PAYABLE.value, _("to be paid")),
        (Held.DISBURSED.value, _("paid out")),
    ]

    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="accounts")
    holds = models.CharField(_("holds"), max_length=10, choices=HOLDS)
    balance = models.BigIntegerField(_("balance"), default=0)

    class Meta:
        verbose_name = _("pool account")
        verbose_name_plural = _("pool accounts")
        constraints = [
            models.UniqueConstraint(fields=["pool", "holds"], name="pool_account_once"),
            models.CheckConstraint(
                condition=Q(holds="deposits", balance__lte=0)
                | (~Q(holds="deposits") & Q(balance__gte=0)),
                name="pool_account_not_overdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holds} #{self.pk}"


class PoolEntryQuerySet(models.QuerySet["PoolEntry"]):
    """Questions over entries."""

    def of_pool(self, pool: Pool) -> "PoolEntryQuerySet":
        """The pool's entries, newest first, with what a line of the ledger shows."""
        return (
            self.filter(debit__pool=pool)
            .select_related("debit", "credit", "grant__application__partner")
            .order_by("-id")
        )


class PoolEntry(models.Model):
    """One movement of money inside a pool, for ever. `key` names its cause, so it happens once."""

    CAUSES = [
        (Cause.DEPOSIT.value, _("deposit")),
        (Cause.AWARD.value, _("grant awarded")),
        (Cause.RELEASE.value, _("payment released")),
        (Cause.PAYMENT.value, _("paid out")),
        (Cause.BOUNCE.value, _("payment came back")),
        (Cause.DROP.value, _("payment dropped")),
        (Cause.REVOCATION.value, _("grant revoked")),
    ]

    debit = models.ForeignKey(PoolAccount, on_delete=models.PROTECT, related_name="debits")
    credit = models.ForeignKey(PoolAccount, on_delete=models.PROTECT, related_name="credits")
    amount = models.BigIntegerField(_("amount"))
    cause = models.CharField(_("cause"), max_length=12, choices=CAUSES)
    grant = models.ForeignKey(
        "events_directory.Grant", on_delete=models.PROTECT, null=True, related_name="entries"
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    key = models.CharField(max_length=200, unique=True)
    at = models.DateTimeField(_("at"))

    objects = PoolEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("pool entry")
        verbose_name_plural = _("pool entries")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="pool_entry_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="pool_entry_moves"),
            models.CheckConstraint(
                condition=Q(cause="deposit", grant=None)
                | (~Q(cause="deposit") & Q(grant__isnull=False)),
                name="pool_entry_has_its_cause",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cause} #{self.pk}"

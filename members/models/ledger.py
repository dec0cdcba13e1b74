"""The ledger: accounts, entries, lots and balances. `docs/algorithms/ledger.md` explains them.

An entry moves a positive amount from its debit account to its credit account, so every entry is
balanced by its shape. Rows here are written by `ledger_post` alone and never change.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, OuterRef, Q, RowRange, Subquery, Sum, When, Window
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from members.domain.calendar import local_date
from members.domain.expiry import Policy
from members.models.households import Household
from members.models.members import Member

#: A lot that never expires carries this instant, so that the primary key of open lots sorts it last.
NEVER = datetime(9999, 12, 31, tzinfo=UTC)


class Unit(models.Model):
    """What is counted: spendable points, status points, a green unit, ..."""

    class Purpose(models.TextChoices):
        SPENDABLE = "spendable", _("can be spent")
        STATUS = "status", _("counts towards a tier")
        IMPACT = "impact", _("counts an effect on the world")

    class Expiry(models.TextChoices):
        ROLLING = "rolling", _("so long after they were earned")
        FIXED = "fixed", _("on a day of the year")
        ANNIVERSARY = "anniversary", _("on the joining anniversary")
        INACTIVITY = "inactivity", _("so long after the last activity")

    class Rounding(models.TextChoices):
        DAY = "day", _("the day")
        WEEK = "week", _("the week")
        MONTH = "month", _("the month")
        YEAR = "year", _("the year")

    class LifeFrom(models.TextChoices):
        ACTIVATION = "activation", _("when they became active")
        EARNING = "earning", _("when they were earned")

    class Clawback(models.TextChoices):
        PENDING = "pending", _("only what is still pending")
        BALANCE = "balance", _("as far as the balance goes")
        DEBT = "debt", _("in full; what is missing becomes a debt")

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=60)
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose.choices)
    expires_after_months = models.PositiveSmallIntegerField(
        _("expires after months"), null=True, blank=True, help_text=_("Empty: never.")
    )
    expires_after_days = models.PositiveSmallIntegerField(_("and days"), default=0)
    expiry = models.CharField(
        _("points expire"), max_length=11, choices=Expiry.choices, default=Expiry.ROLLING
    )
    expiry_rounded_to = models.CharField(
        _("at the end of"), max_length=5, choices=Rounding.choices, default=Rounding.DAY
    )
    expires_on_mmdd = models.PositiveSmallIntegerField(
        _("day of the year"), null=True, blank=True, help_text=_("1231 is 31 December.")
    )
    active_kinds = ArrayField(
        models.CharField(max_length=60),
        verbose_name=_("what counts as activity"),
        default=list,
        blank=True,
    )
    life_from = models.CharField(
        _("pending points live from"),
        max_length=10,
        choices=LifeFrom.choices,
        default=LifeFrom.ACTIVATION,
    )
    late_life_days = models.PositiveSmallIntegerField(
        _("days that points live at least when told late"), default=14
    )
    expiry_since = models.DateTimeField(_("policy in force since"), null=True, editable=False)
    clawback = models.CharField(
        _("when an order comes back, take back"),
        max_length=8,
        choices=Clawback.choices,
        default=Clawback.DEBT,
    )
    restored_for_days = models.PositiveSmallIntegerField(
        _("days that points live which come back after their expiry"), default=30
    )
    adjust_limit = models.PositiveIntegerField(
        _("points one person may adjust a day, alone"), default=1000
    )
    debt_ends_after_months = models.PositiveSmallIntegerField(
        _("debt is forgiven after months"),
        null=True,
        blank=True,
        default=24,
        help_text=_("Empty: never."),
    )

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        constraints = [
            models.CheckConstraint(
                condition=(Q(expiry="fixed") & Q(expires_on_mmdd__isnull=False))
                | (~Q(expiry="fixed") & Q(expires_on_mmdd=None)),
                name="unit_fixed_expiry_has_its_day",
                violation_error_message=_("Points that expire on a day of the year need that day."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def expires(self) -> bool:
        """Whether points of this unit ever end."""
        yearly = self.expiry in (self.Expiry.FIXED, self.Expiry.ANNIVERSARY)
        return yearly or bool(self.expires_after_months or self.expires_after_days)

    def policy_since(self, zone: str) -> Policy:
        """How long points live, as the arithmetic needs it for somebody in `zone`."""
        return Policy(
            kind=self.expiry,
            months=self.expires_after_months or 0,
            days=self.expires_after_days,
            rounded_to=self.expiry_rounded_to,
            on_mmdd=self.expires_on_mmdd,
            since=self.expiry_since and local_date(self.expiry_since, zone),
        )


class Account(models.Model):
    """Holds one unit for one member, for a household (its purse), or for the programme itself."""

    class Kind(models.TextChoices):
        WALLET = "wallet", _("spendable")
        PENDING = "pending", _("pending")
        HELD = "held", _("held")
        DEBT = "debt", _("debt")
        PURSE = "purse", _("household's purse")
        ISSUANCE = "issuance", _("issuance")
        REDEMPTION = "redemption", _("redemption")
        BREAKAGE = "breakage", _("breakage")
        ADJUSTMENT = "adjustment", _("adjustment")
        RECEIVABLE = "receivable", _("receivable")

    MEMBER_KINDS = (Kind.WALLET, Kind.PENDING, Kind.HELD, Kind.DEBT)
    LOT_KINDS = (Kind.WALLET, Kind.PENDING, Kind.PURSE)

    kind = models.CharField(max_length=12, choices=Kind.choices)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="accounts")
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, null=True, related_name="accounts"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="accounts")

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "unit", "kind", "household"],
                nulls_distinct=False,
                name="account_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    member__isnull=False,
                    household=None,
                    kind__in=["wallet", "pending", "held", "debt"],
                )
                | Q(member=None, household__isnull=False, kind="purse")
                | Q(member=None, household=None)
                & ~Q(kind__in=["wallet", "pending", "held", "debt", "purse"]),
                name="account_owner_fits_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Balance(models.Model):
    """The stored balance of a member's account or a purse; `version` counts its postings.

    Only a debt account may go below zero. A frozen account refuses every posting until a person
    has looked at it; nothing heals itself.
    """

    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, primary_key=True, related_name="balance"
    )
    amount = models.BigIntegerField(default=0)
    version = models.BigIntegerField(default=0)
    may_go_negative = models.BooleanField(default=False)
    is_frozen = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("balance")
        verbose_name_plural = _("balances")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0) | Q(may_go_negative=True), name="balance_not_overdrawn"
            ),
            models.CheckConstraint(
                condition=Q(amount__lte=0) | Q(may_go_negative=False), name="debt_not_overpaid"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} #{self.pk}"


def _touching(accounts: Iterable[int]) -> Q:
    """Entries with a leg in one of these accounts. Such legs are numbered: saying so lets PostgreSQL use the
    indexes of the numbers, which keep nothing else; it cannot look into a subquery there."""
    own = list(accounts)
    return Q(debit__in=own, debit_seq__isnull=False) | Q(credit__in=own, credit_seq__isnull=False)


class EntryQuerySet(models.QuerySet["Entry"]):
    """Questions over entries."""

    def of_member(self, member: Member) -> "EntryQuerySet":
        """Every entry that touched an account of the member's, newest first."""
        return self.filter(_touching(member.accounts.values_list("pk", flat=True))).order_by("-id")

    def of_household(self, household: Household) -> "EntryQuerySet":
        """Every entry that touched the household's purses, newest first."""
        return self.filter(_touching(household.accounts.values_list("pk", flat=True))).order_by(
            "-id"
        )

    def with_ends(self) -> "models.QuerySet[Any]":
        """The end of the lot each entry opened, as it is now: `ends_at`; longest-lived first."""
        newest = LotLife.objects.filter(lot=OuterRef("pk")).order_by("-pk").values("expires_at")
        ends = self.annotate(ends_at=Coalesce(Subquery(newest[:1]), F("expires_at")))
        return ends.order_by("-ends_at", "-occurred_at", "-pk")

    def on(self, account: Account) -> "EntryQuerySet":
        """The statement of one account, newest first: `signed` (in +, out -), and `after`, the
        balance once everything that happened until then is counted.

        In order of happening, not of writing: history that was imported late stands where it belongs.
        """
        signed = Case(When(credit=account, then=F("amount")), default=-F("amount"))
        running = Window(Sum(signed), order_by=["occurred_at", "id"], frame=RowRange(end=0))
        return (
            self.filter(_touching([account.pk]))
            .annotate(signed=signed, after=running)
            .order_by("-occurred_at", "-id")
        )


class Entry(models.Model):
    """One transfer of points, for ever.

    `key` names the cause, so that a cause posts once. `*_seq` and `*_after` number the postings of
    a member's account and carry its balance after each; they are empty for the programme's own
    accounts. An entry with `expires_at` opened a lot in its credit account.
    """

    class Kind(models.TextChoices):
        ACCRUAL = "accrual", _("earned")
        ACTIVATION = "activation", _("activated")
        HOLD = "hold", _("held")
        RELEASE = "release", _("released")
        REDEMPTION = "redemption", _("redeemed")
        EXPIRY = "expiry", _("expired")
        REVERSAL = "reversal", _("reversed")
        RESTORATION = "restoration", _("restored")
        REINSTATEMENT = "reinstatement", _("reinstated")
        TRANSFER = "transfer", _("transferred")
        ADJUSTMENT = "adjustment", _("adjusted")

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=14, choices=Kind.choices)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    debit = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="debits", db_index=False
    )
    credit = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="credits", db_index=False
    )
    amount = models.BigIntegerField()
    debit_seq = models.BigIntegerField(null=True)
    debit_after = models.BigIntegerField(null=True)
    credit_seq = models.BigIntegerField(null=True)
    credit_after = models.BigIntegerField(null=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    cause_kind = models.CharField(max_length=30)
    cause_id = models.BigIntegerField(null=True)
    rule_version_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=300)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="children", db_index=False
    )
    reverses = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="reversals", db_index=False
    )
    active_from = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="entry_amount_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="entry_two_accounts"),
            models.UniqueConstraint(
                fields=["debit", "debit_seq"],
                condition=Q(debit_seq__isnull=False),
                name="entry_debit_numbered",
            ),
            models.UniqueConstraint(
                fields=["credit", "credit_seq"],
                condition=Q(credit_seq__isnull=False),
                name="entry_credit_numbered",
            ),
        ]
        indexes = [
            models.Index(fields=["cause_kind", "cause_id"], name="entry_cause"),
            models.Index(
                fields=["parent"], name="entry_children", condition=Q(parent__isnull=False)
            ),
            models.Index(
                fields=["reverses"], name="entry_reversals", condition=Q(reverses__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} #{self.pk}"


class OpenLot(models.Model):
    """What is left of the points one entry opened. The primary key is the order of spending:
    soonest expiry, then oldest, then lowest id. Exhausted and expired lots are deleted."""

    pk = models.CompositePrimaryKey("account_id", "expires_at", "earned_at", "entry_id")
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="open_lots", db_index=False
    )
    expires_at = models.DateTimeField()
    earned_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+", db_index=False)
    remaining = models.BigIntegerField()

    class Meta:
        verbose_name = _("open lot")
        verbose_name_plural = _("open lots")
        constraints = [
            models.CheckConstraint(condition=Q(remaining__gt=0), name="open_lot_not_empty")
        ]
        indexes = [models.Index(fields=["expires_at"], name="open_lot_due")]


class LotLife(models.Model):
    """That an open lot's end was moved to `expires_at`, by what and why. Append-only; the newest row
    of a lot is its end."""

    lot = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="lives")
    expires_at = models.DateTimeField()
    before = models.DateTimeField()
    at = models.DateTimeField()
    cause_kind = models.CharField(max_length=30)
    cause_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=300)

    class Meta:
        verbose_name = _("lot's life")
        verbose_name_plural = _("lots' lives")
        indexes = [models.Index(fields=["lot", "-id"], name="lot_life_newest")]


class LotUse(models.Model):
    """How much of a lot an entry took (positive) or gave back (negative). Append-only."""

    pk = models.CompositePrimaryKey("entry_id", "lot_id")
    entry = models.ForeignKey(
        Entry, on_delete=models.PROTECT, related_name="lot_uses", db_index=False
    )
    lot = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="uses_of_lot")
    amount = models.BigIntegerField()

    class Meta:
        verbose_name = _("lot use")
        verbose_name_plural = _("lot uses")
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="lot_use_not_nothing")]

"""Points that a partner pays for: funds, every move of theirs, and the months that were billed."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Count, F, Q, Sum
from django.utils.translation import gettext_lazy as _

from events_directory.models import Partner
from loyalty.rewards.domain.funds import FUND, Purse, month_of
from members.domain.money import exponent, to_text
from members.models import Entry, Unit


class FundQuerySet(models.QuerySet["Fund"]):
    """Questions over funds."""

    def of_partner(self, partner: Partner) -> "FundQuerySet":
        """The funds of one organisation, those that still pay first."""
        still_paying = F("closed_at").desc(nulls_first=True)
        return (
            self.filter(partner=partner)
            .select_related("unit")
            .order_by(still_paying, "-opened_at", "pk")
        )

    def for_campaigns(self) -> "FundQuerySet":
        """Those that a campaign may still be funded by."""
        open_ones = self.exclude(state=Fund.State.CLOSED)
        return open_ones.select_related("partner", "unit").order_by("partner__name", "name")


class Fund(models.Model):
    """What a partner pays for: points of one unit, from packs bought before or by a monthly bill.

    The row is its own stored balance: `bought`, `refunded`, `granted` and `returned` are the sums of
    its moves, and `month_used` what the month `month` has used of the ceiling. Whoever draws on it or
    gives back holds its lock, which comes after campaign budgets and before accounts.
    """

    MOVES = FUND

    class Kind(models.TextChoices):
        PREPAID = "prepaid", _("packs, paid before")
        POSTPAID = "postpaid", _("a monthly bill")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        PAUSED = "paused", _("paused")
        CLOSED = "closed", _("closed")

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="funds", verbose_name=_("partner")
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit")
    )
    kind = models.CharField(_("paid by"), max_length=8, choices=Kind.choices)
    price = models.DecimalField(
        _("price of 1,000 points"),
        max_digits=12,
        decimal_places=4,
        validators=[MinValueValidator(0)],
    )
    currency = models.CharField(_("currency"), max_length=3)
    ceiling = models.BigIntegerField(
        _("at most, a month"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Points. For a monthly bill only; empty: no limit."),
    )
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    returns_expired = models.BooleanField(
        _("gets expired points back"),
        default=False,
        help_text=_("What members let expire unspent goes back to the partner."),
    )
    state = models.CharField(_("state"), max_length=6, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField(_("opened at"), editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    bought = models.BigIntegerField(_("bought"), default=0, editable=False)
    refunded = models.BigIntegerField(_("paid back"), default=0, editable=False)
    granted = models.BigIntegerField(_("granted"), default=0, editable=False)
    returned = models.BigIntegerField(_("come back"), default=0, editable=False)
    month = models.DateField(editable=False)
    month_used = models.BigIntegerField(default=0, editable=False)
    unbilled_from = models.DateField(editable=False)
    expired_upto = models.BigIntegerField(default=0, editable=False)

    objects = FundQuerySet.as_manager()

    class Meta:
        verbose_name = _("fund")
        verbose_name_plural = _("funds")
        permissions = [("run_fund", "Can sell packs, pause and close funds")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="prepaid", ceiling=None) | Q(kind="postpaid", bought=0),
                name="fund_pays_in_one_way",
                violation_error_message=_("A ceiling belongs to a monthly bill."),
            ),
            models.CheckConstraint(
                condition=Q(kind="postpaid")
                | Q(granted__lte=F("bought") - F("refunded") + F("returned")),
                name="fund_not_overdrawn",
            ),
            models.CheckConstraint(
                condition=Q(ceiling=None) | Q(month_used__lte=F("ceiling")),
                name="fund_below_its_ceiling",
                violation_error_message=_("More than that was granted this month already."),
            ),
            models.CheckConstraint(
                condition=Q(returned__range=(0, F("granted")))
                & Q(refunded__range=(0, F("bought")))
                & Q(month_used__gte=0),
                name="fund_sums_possible",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False)
                | (~Q(state="closed") & Q(closed_at=None)),
                name="fund_closed_at_an_instant",
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="fund_price_not_negative"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="fund_currency"),
            models.CheckConstraint(
                condition=Q(ceiling=None) | Q(ceiling__gt=0), name="fund_ceiling_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def price_text(self) -> str:
        """The price with its currency's decimals, or as many more as it needs."""
        needed = -int(self.price.normalize().as_tuple().exponent)
        return f"{self.price:.{max(needed, exponent(self.currency))}f}"

    def month_at(self, at: datetime) -> date:
        """The month in which a move of this instant counts; never one that is over for this fund."""
        return max(month_of(at, settings.PROGRAMME_TIME_ZONE), self.month)

    def left_at(self, at: datetime) -> int | None:
        """How many points it still pays for at an instant; None: without a ceiling."""
        if self.kind == self.Kind.PREPAID:
            return self.bought - self.refunded - self.granted + self.returned
        if self.ceiling is None:
            return None
        return self.ceiling - (self.month_used if self.month_at(at) == self.month else 0)

    def pays_at(self, at: datetime) -> bool:
        """Whether it pays at an instant, however much is left."""
        return self.state == self.State.OPEN and not self.is_over_at(at)

    def is_over_at(self, at: datetime) -> bool:
        """Whether its time has passed; the sweep only books that."""
        return self.valid_until is not None and self.valid_until <= at

    def purse_at(self, at: datetime) -> Purse:
        """What the rules may draw on. Needs the partner."""
        return Purse(self.partner.name, self.left_at(at), self.pays_at(at))


class FundMoveQuerySet(models.QuerySet["FundMove"]):
    """Questions over moves."""

    def of_this_month(self, funds: Iterable[Fund], at: datetime) -> "models.QuerySet[Any]":
        """For each fund: points `granted` in the month of an instant, and `members` reached, a count and
        no names."""
        month = month_of(at, settings.PROGRAMME_TIME_ZONE)
        granted = self.filter(fund__in=funds, month=month, kind=FundMove.Kind.GRANTED)
        return (
            granted.order_by()
            .values("fund_id")
            .annotate(granted=Sum("points"), members=Count("entry__credit__member", distinct=True))
        )


class FundMove(models.Model):
    """One move of a fund, for ever. `points` are positive, the kind says which way; a bill's are its net.

    `month` is the month of the programme's zone in which it counts. What comes back names the grant it
    is `of`. `entry` is the ledger's: the accrual that was paid for, or the expiry that comes back.
    """

    class Kind(models.TextChoices):
        BOUGHT = "bought", _("pack bought")
        GRANTED = "granted", _("granted")
        RETURNED = "returned", _("taken back from a member")
        EXPIRED = "expired", _("expired unspent")
        REFUNDED = "refunded", _("paid back")
        BILLED = "billed", _("billed")

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="moves", db_index=False)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    points = models.BigIntegerField(_("points"))
    money = models.BigIntegerField(_("money"), null=True)
    of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="returns")
    entry = models.ForeignKey(
        Entry, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    month = models.DateField(_("month"))
    key = models.CharField(max_length=200, unique=True)
    cause_kind = models.CharField(max_length=30, blank=True)
    cause_id = models.BigIntegerField(null=True)
    reference = models.CharField(_("reference"), max_length=120, blank=True)
    at = models.DateTimeField(_("at"))

    objects = FundMoveQuerySet.as_manager()

    class Meta:
        verbose_name = _("fund move")
        verbose_name_plural = _("fund moves")
        constraints = [
            models.CheckConstraint(
                condition=Q(points__gt=0) | Q(kind="billed"), name="fund_move_positive"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["bought", "refunded", "billed"], money__isnull=False)
                | Q(kind__in=["granted", "returned", "expired"], money=None),
                name="fund_move_money",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["returned", "expired"], of__isnull=False)
                | (~Q(kind__in=["returned", "expired"]) & Q(of=None)),
                name="fund_move_of_its_grant",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["granted", "expired"]) | Q(entry__isnull=False),
                name="fund_move_has_its_entry",
            ),
            models.UniqueConstraint(fields=["entry", "kind"], name="fund_move_once_an_entry"),
        ]
        indexes = [models.Index(fields=["fund", "month"], name="fund_move_month")]

    def __str__(self) -> str:
        return f"{self.kind} {self.points} #{self.pk}"


class FundBillQuerySet(models.QuerySet["FundBill"]):
    """Questions over bills."""

    def of_partner(self, partner: Partner) -> "FundBillQuerySet":
        """The bills of one organisation, newest first, with what a file of them names."""
        return (
            self.filter(fund__partner=partner)
            .select_related("fund__partner")
            .order_by("-month", "-pk")
        )


class FundBill(models.Model):
    """What a partner owes for a month: the points granted, less those that came back, at the fund's
    price. Below zero it is a credit."""

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="bills")
    month = models.DateField(_("month"))
    granted = models.BigIntegerField(_("granted"))
    returned = models.BigIntegerField(_("come back"))
    amount = models.BigIntegerField(_("amount"))
    made_at = models.DateTimeField(_("made at"))

    objects = FundBillQuerySet.as_manager()

    class Meta:
        verbose_name = _("bill")
        verbose_name_plural = _("bills")
        constraints = [
            models.UniqueConstraint(fields=["fund", "month"], name="fund_billed_once_a_month")
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} #{self.pk}"

    @property
    def points(self) -> int:
        """What is billed: granted less come back."""
        return self.granted - self.returned

    @property
    def amount_text(self) -> str:
        """The amount as people write it, with the currency's own decimals. Needs the fund."""
        return to_text(self.amount, self.fund.currency)

"""What outstanding points are thought to cost."""

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loyalty.measurement.domain import liability
from members.models import Unit


class LiabilityRateQuerySet(models.QuerySet["LiabilityRate"]):
    """Questions over rates."""

    def in_force(self, *, before: date) -> "LiabilityRateQuerySet":
        """The last word for each day from which one holds, by unit and day, up to `before`."""
        return (
            self.filter(valid_from__lt=before)
            .select_related("unit", "made_by")
            .order_by("unit_id", "valid_from", "-number")
            .distinct("unit_id", "valid_from")
        )


class LiabilityRate(models.Model):
    """From a day on: the part of outstanding points that is redeemed in the end, and what one costs.

    Append-only. A correction is a further `number` for the same day.
    """

    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="liability_rates", verbose_name=_("unit")
    )
    valid_from = models.DateField(_("from"))
    number = models.PositiveIntegerField(_("version"), default=1)
    redemption_rate = models.DecimalField(
        _("ultimate redemption rate"),
        max_digits=5,
        decimal_places=4,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("From 0 to 1. The rest is breakage."),
    )
    cost = models.DecimalField(
        _("cost of a point"),
        max_digits=12,
        decimal_places=6,
        validators=[MinValueValidator(0)],
        help_text=_("In the programme's currency."),
    )
    currency = models.CharField(_("currency"), max_length=3)
    reason = models.CharField(_("reason"), max_length=300)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
        help_text=_("Nobody: a part of the system."),
    )
    made_at = models.DateTimeField(_("made at"))

    objects = LiabilityRateQuerySet.as_manager()

    class Meta:
        verbose_name = _("liability rate")
        verbose_name_plural = _("liability rates")
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "valid_from", "number"], name="liability_rate_number_once"
            ),
            models.CheckConstraint(
                condition=Q(redemption_rate__range=(0, 1)), name="liability_rate_is_a_share"
            ),
            models.CheckConstraint(condition=Q(cost__gte=0), name="liability_rate_cost"),
            models.CheckConstraint(condition=~Q(reason=""), name="liability_rate_has_reason"),
            models.CheckConstraint(
                condition=Q(currency__regex="^[A-Z]{3}$"), name="liability_rate_currency"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.redemption_rate} × {self.cost} {self.currency}"

    @property
    def breakage(self) -> Decimal:
        """The part that is never redeemed."""
        return 1 - self.redemption_rate

    @property
    def factor(self) -> Decimal:
        """The money that one outstanding point stands for."""
        return liability.factor(redemption_rate=self.redemption_rate, cost=self.cost)

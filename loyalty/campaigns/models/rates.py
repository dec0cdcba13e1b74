"""What other currencies are worth."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ExchangeRate(models.Model):
    """What one unit of `currency` is worth in the programme's currency from a day on. Append-only: a
    rate that was used stays."""

    currency = models.CharField(_("currency"), max_length=3)
    starts_on = models.DateField(_("from"))
    rate = models.DecimalField(
        _("rate"), max_digits=18, decimal_places=8, validators=[MinValueValidator(0)]
    )

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ["currency", "-starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["currency", "starts_on"], name="rate_once_a_day"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="rate_positive"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="rate_currency"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.rate}"

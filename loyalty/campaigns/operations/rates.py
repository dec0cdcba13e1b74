"""Orders in other currencies: which rate counts, and setting one."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from loyalty.campaigns.domain.orders import MOST, Rate, own_rate, read_order
from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.models import ExchangeRate
from loyalty.campaigns.operations.schemas import ORDERS
from members.domain.actors import Actor
from members.domain.calendar import local_date
from members.domain.money import exponent
from members.operations import audit


@transaction.atomic
def set_rate(currency: str, *, rate: Decimal, starts_on: date, actor: Actor) -> ExchangeRate:
    """From a day on, one unit of `currency` is worth `rate` of the programme's currency."""
    row = ExchangeRate(currency=currency.upper(), rate=rate, starts_on=starts_on)
    row.full_clean()
    row.save()
    audit.record(
        row,
        actor=actor,
        verb="campaigns.rate.set",
        after={"currency": row.currency, "rate": str(rate), "starts_on": starts_on.isoformat()},
    )
    return row


class Rates:
    """The rates that a batch needs, in one query."""

    def __init__(self, tolds: Iterable[Told]) -> None:
        foreign = {
            currency
            for told in tolds
            if told.kind in ORDERS
            and (currency := told.payload["currency"]) != settings.PROGRAMME_CURRENCY
            and "exchange_rate" not in told.payload
        }
        self._known = list(
            ExchangeRate.objects.filter(currency__in=foreign).order_by("-starts_on")
            if foreign
            else ()
        )

    def of(self, told: Told) -> Rate | None:
        """The order's own rate when it brings one, else the programme's on that day (its own calendar).

        None for the programme's currency, and for one without a rate: its amounts count as they are.
        """
        currency = told.payload["currency"]
        if currency == settings.PROGRAMME_CURRENCY:
            return None
        if (rate := own_rate(told.payload)) is not None:
            return Rate(settings.PROGRAMME_CURRENCY, rate)
        day = local_date(told.occurred_at, settings.PROGRAMME_TIME_ZONE)
        for row in self._known:
            if row.currency == currency and row.starts_on <= day:
                return Rate(settings.PROGRAMME_CURRENCY, row.rate)
        return None


def worths_of(tolds: Sequence[Told]) -> dict[tuple[str, str], int]:
    """What the orders among these earn on, in minor units of the programme's currency, rounded down, and
    never more than can be counted; by (source, id)."""
    orders = [told for told in tolds if told.kind in ORDERS]
    rates, places = Rates(orders), exponent(settings.PROGRAMME_CURRENCY)
    return {
        told.key: min(int(read_order(told.payload, rates.of(told)).worth.scaleb(places)), MOST)
        for told in orders
    }

"""Money as people read it."""

from django import template
from django.utils.formats import number_format

from events_directory.domain import money as amounts

register = template.Library()


@register.filter
def money(minor: int, currency: str) -> str:
    """Minor units with the currency's code: `123456|money:"EUR"` reads 1,234.56 EUR."""
    places = amounts.decimals(currency)
    figure = number_format(amounts.major(minor, currency), places, force_grouping=True)
    return f"{figure}\N{NO-BREAK SPACE}{currency}"

"""Minor units and back."""

from decimal import Decimal

import pytest

from events_directory.domain import money


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("12.34", "EUR", 1234), ("12", "EUR", 1200), ("500", "JPY", 500), ("1.234", "KWD", 1234)],
)
def test_there_and_back(amount, currency, minor):
    assert money.minor(Decimal(amount), currency) == minor
    assert money.major(minor, currency) == Decimal(amount)


@pytest.mark.parametrize(("amount", "currency"), [("0.001", "EUR"), ("0.5", "JPY"), ("NaN", "EUR")])
def test_what_the_currency_cannot_hold_is_refused(amount, currency):
    with pytest.raises(ValueError, match="is not an amount"):
        money.minor(Decimal(amount), currency)

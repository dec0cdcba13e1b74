"""Money as integers: minor units of a currency, and back."""

from decimal import Decimal

# ISO 4217: how many decimals a currency has; every other has two.
# fmt: off
_NO_DECIMALS = {
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW",
    "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
}
# fmt: on
_THREE_DECIMALS = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}


def decimals(currency: str) -> int:
    """How many decimals amounts of this currency have."""
    return 0 if currency in _NO_DECIMALS else 3 if currency in _THREE_DECIMALS else 2


def major(minor: int, currency: str) -> Decimal:
    """Minor units as a decimal amount: 123456 cents are 1234.56."""
    return Decimal(minor).scaleb(-decimals(currency))


def minor(amount: Decimal, currency: str) -> int:
    """A decimal amount as minor units. ValueError when it has more decimals than the currency."""
    scaled = amount.scaleb(decimals(currency))
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise ValueError(f"{amount} is not an amount of {currency}")
    return int(scaled)

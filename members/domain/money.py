"""Money as integers in the currency's minor unit; never floats."""

from decimal import Decimal, InvalidOperation

#: ISO 4217 currencies whose minor unit is not a hundredth.
_WHOLE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
_EXPONENTS = dict.fromkeys(_WHOLE.split(), 0) | dict.fromkeys(_THOUSANDTHS.split(), 3)


def exponent(currency: str) -> int:
    """How many decimal places the currency has (2 unless ISO 4217 says otherwise)."""
    return _EXPONENTS.get(currency, 2)


def to_minor(text: str, currency: str) -> int:
    """Minor units of a decimal string, exact. Raises ValueError when it has more places than the
    currency, or is no amount at all."""
    try:
        scaled = Decimal(text).scaleb(exponent(currency))
    except InvalidOperation as error:
        raise ValueError(f"{text!r} is not an amount") from error
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise ValueError(f"{text!r} has more decimal places than {currency} has")
    return int(scaled)


def to_text(minor: int, currency: str) -> str:
    """The decimal string of an amount in minor units."""
    places = exponent(currency)
    return f"{Decimal(minor).scaleb(-places):.{places}f}"

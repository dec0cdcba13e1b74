"""Cells of files that spreadsheet programs open."""

from decimal import Decimal

#: A text that begins so is run as a formula by some of them.
_RUN = ("=", "+", "-", "@", "\t", "\r", "\n")


def cell(value: str | int | Decimal) -> str | int | Decimal:
    """The value as it may stand in a file: a text that would be run gets an apostrophe before it.
    Numbers stay numbers, also those below 0."""
    if isinstance(value, str) and value.startswith(_RUN):
        return f"'{value}"
    return value


def plain(text: str) -> str:
    """What such a cell meant when it is read again: without the apostrophe that `cell` put there."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_RUN) else text

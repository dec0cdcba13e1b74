"""A language nobody speaks: whatever was translated is accented, longer, and read from the right.

It lives in the tests alone. A plain English word on one of its pages was never handed to a
translator; what does not fit in it will not fit in Finnish; what stands on the wrong side of it stands
on the wrong side in Arabic.
"""

import gettext
import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.test import override_settings
from django.utils.translation import trans_real

CODE = "ar-xb"
#: In front of each message, so that the direction of the text around it is decided by it.
RIGHT_TO_LEFT = "\u200f"
_ACCENTED = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "àƀçđéƒĝħîĵķļɱñöþɋŕšţûṽŵẋýžÀƁÇÐÉƑĜĦÎĴĶĻṀÑÖÞɊŔŠŢÛṼŴẊÝŽ",
)
#: Placeholders, tags, entities: not words.
_KEPT = re.compile(r"(%\(\w+\)[sd]|%[sd%]|\{\w*\}|<[^>]+>|&\w+;)")
#: How a date is written ("j M Y, H:i") is no sentence.
_SHAPE = re.compile(r"(?:\\?[A-Za-z](?![A-Za-z])|[^A-Za-z])+")


def spoken(message: str) -> str:
    """A message in the language: accented, and a third longer where there is something to stretch."""
    message = message.rpartition("\x04")[2]
    if _SHAPE.fullmatch(message):
        return message
    parts = _KEPT.split(message)
    parts[::2] = [part.translate(_ACCENTED) for part in parts[::2]]
    longer = "·" * (sum(map(len, parts[::2])) // 3)
    return f"{RIGHT_TO_LEFT}{''.join(parts)}{longer and f' {longer[:12]}'}"


class Pseudo(gettext.NullTranslations):
    """What Django asks of a language."""

    def gettext(self, message: str) -> str:
        return spoken(message)

    def ngettext(self, singular: str, plural: str, number: float) -> str:
        return spoken(singular if number == 1 else plural)

    def language(self) -> str:
        return CODE

    def to_language(self) -> str:
        return CODE


@contextmanager
def offered() -> Iterator[None]:
    """For as long as this lasts, a visitor whose cookie asks for the language gets it."""
    with override_settings(LANGUAGES=[*settings.LANGUAGES, (CODE, spoken("Pseudo"))]):
        trans_real._translations[CODE] = Pseudo()
        try:
            yield
        finally:
            del trans_real._translations[CODE]

"""What the books keep is told in the reader's language, and nothing else is touched."""

import ast
import re

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from loyalty.audiences.domain import fields
from loyalty.campaigns.sentences import (
    ASKED,
    KEPT,
    NOTHING,
    SCOPED,
    SEEN,
    WORDS,
    told,
    told_lacking,
    told_words,
)
from tests.contracts.code import FLOORS

#: What is a name, a figure and a mark in every language.
ALIKE = {" %(kind)s"}


def marked() -> set[str]:
    """Every sentence that the code marks as one that is kept."""
    files = (file for floor in FLOORS for file in (settings.BASE_DIR / floor).rglob("*.py"))
    calls = (node for file in files for node in ast.walk(ast.parse(file.read_text())))
    scripts = (file for floor in FLOORS for file in (settings.BASE_DIR / floor).rglob("*.sql"))
    written = (re.findall(r"'?reason'?(?:,| =) '([^']+)'", file.read_text()) for file in scripts)
    return {sentence for found in written for sentence in found if sentence[0].isupper()} | {
        call.args[0].value
        for call in calls
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") == "kept"
        and isinstance(call.args[0], ast.Constant)
    }


def test_every_sentence_that_is_kept_can_be_told():
    assert marked() == set(KEPT)


def test_every_field_has_words_that_can_be_told():
    of_fields = {
        words for _, _, words in (*fields.OF_ACTIVITIES, *fields.OF_MEMBERS, *fields.OF_SEGMENTS)
    }
    assert of_fields | {field.words for field in fields.OF_HISTORY} == set(WORDS)


def test_every_sentence_is_german_too():
    """UM26."""
    with translation.override("de"):
        for each in (*KEPT, *ASKED, *SCOPED, *WORDS, SEEN, NOTHING):
            assert gettext(each) != each or each in ALIKE, each


@pytest.mark.parametrize(
    ("kept", "german"),
    [
        ("Redeemed: Coffee: large", "Eingelöst: Coffee: large"),
        (
            "Base: 1 for each whole 1.00 of 36.20 EUR",
            "Base: 1 je volle 1.00 von 36.20 EUR",
        ),
        (
            "Base: 1 for each whole 1.00 of 36.20 EUR, paid by Mill: Co",
            "Base: 1 je volle 1.00 von 36.20 EUR, bezahlt von Mill: Co",
        ),
        ("The limit of 3 per month has been reached", "Die Grenze von 3 je Monat ist erreicht"),
        ("Adjusted by hand: There is no tier left", "Von Hand berichtigt: There is no tier left"),
        ("Expired", "Abgelaufen"),
        (
            "A gift from Member 0A1B2C to Former member",
            "Ein Geschenk von Mitglied 0A1B2C an Ehemaliges Mitglied",
        ),
        ("Sorry: the parcel is late", "Sorry: the parcel is late"),
        ("Refills: none was left", "Refills: es war nichts mehr da"),
        (
            "Needed: the tier is one of gold, silver (it was bronze); another code",
            "Nötig: die Stufe: eines von gold, silver (es war bronze); ein anderer Code",
        ),
        ("", ""),
    ],
)
def test_a_sentence_is_told_and_what_differs_stays(kept, german):
    with translation.override("de"):
        assert told(kept) == german
    with translation.override("en-gb"):
        assert told(kept) == kept


@pytest.mark.parametrize(
    ("kept", "german"),
    [
        (
            "the number of “Order placed” in the last 30 days is at least 3 (it was nothing)",
            "die Zahl von “Order placed” in den letzten 30 Tagen: mindestens 3 (es war nichts)",
        ),
        (
            "the date is between 2026-01-01 and 2026-02-01",
            "das Datum: zwischen 2026-01-01 und 2026-02-01",
        ),
        ("it is the birthday", "es ist der Geburtstag"),
        ("not: it is the birthday", "nicht: es ist der Geburtstag"),
        ("flavour is mint", "flavour is mint"),
    ],
)
def test_what_was_lacking_is_told(kept, german):
    with translation.override("de"):
        assert told_lacking(kept) == german


def test_the_words_of_a_field_are_told():
    with translation.override("de"):
        assert told_words("the sum of order.placed ever") == "die Summe von order.placed überhaupt"
        assert told_words("flavour") == "flavour"

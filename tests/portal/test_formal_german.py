"""German: nobody is called "Sie", also where the pages of the sign-in package speak."""

import re
from pathlib import Path

import allauth
import pytest
from django.utils import translation

THEIRS = Path(allauth.__file__).parent / "locale" / "de" / "LC_MESSAGES" / "django.po"
ENTRY = re.compile(r'^msgid "(.+)"\nmsgstr "(.+)"$', re.MULTILINE)
FORMAL = re.compile(r"\b(Sie|Ihr|Ihre|Ihren|Ihrem|Ihrer|Ihres|Ihnen)\b")


def said() -> list[tuple[str, str]]:
    """What they say in German, by what it is in English; those of one line, and of several."""
    text = re.sub(
        r'"\n"',
        "",
        THEIRS.read_text(encoding="utf-8")
        .replace('msgid ""\n"', 'msgid "')
        .replace('msgstr ""\n"', 'msgstr "'),
    )
    return ENTRY.findall(text)


def test_their_sentences_are_read():
    assert len(said()) > 200


@pytest.mark.parametrize(
    "english", [english for english, german in said() if FORMAL.search(german)]
)
def test_every_sentence_of_theirs_says_du(english):
    """UM26: ours stand in place of theirs."""
    with translation.override("de"):
        assert not FORMAL.search(
            translation.gettext(english.replace("\\n", "\n").replace('\\"', '"'))
        )

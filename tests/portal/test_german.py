"""German: every sentence that has a translation speaks it, and the pages follow the switch."""

import gettext
import re

import pytest
from django.conf import settings
from django.urls import reverse

CATALOGUE = settings.BASE_DIR / "locale" / "de" / "LC_MESSAGES"
ENTRY = re.compile(r'^msgid "(.+)"\nmsgstr "(.+)"$', re.MULTILINE)
PARAMETER = re.compile(r"%\(\w+\)s")


def test_the_compiled_catalogue_is_the_written_one():
    """`msgfmt -o django.mo django.po` was run after the last change."""
    with (CATALOGUE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    written = ENTRY.findall((CATALOGUE / "django.po").read_text())
    assert len(written) > 300
    for english, german in written:
        assert compiled.gettext(english.replace("\\n", "\n")) == german.replace("\\n", "\n")


def test_no_translation_loses_a_value():
    for english, german in ENTRY.findall((CATALOGUE / "django.po").read_text()):
        assert sorted(PARAMETER.findall(english)) == sorted(PARAMETER.findall(german)), english


@pytest.mark.django_db
def test_the_switch_turns_the_page_and_stays_on_it(client, bo):
    """UM26."""
    client.force_login(bo.user)
    page = reverse("rewards:catalogue")
    response = client.post(reverse("set_language"), {"language": "de", "next": page})
    assert (response.status_code, response.url) == (302, page)
    text = client.get(page).content.decode()
    assert '<html lang="de" dir="ltr">' in text
    assert "Heute nichts im Angebot" in text and "Ranglisten" in text

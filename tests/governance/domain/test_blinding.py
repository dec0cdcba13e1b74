"""Names are taken out of what judges read, and ordinary words stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.domain.blinding import masked, names_in

NAMES = names_in("Zoë Anna-Maria", "van der Bérg", "Bo")


def blind(text):
    return masked(text, NAMES, mask="[name]")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Zoë helps.", "[name] helps."),
        ("ZOE and zoe", "[name] and [name]"),
        ("Anna-Maria, Anna or Maria", "[name], [name] or [name]"),
        ("Anna  Maria", "[name]  [name]"),
        ("Annas Rad, Maria's garden", "[name]s Rad, [name]'s garden"),
        ("van der Berg", "[name]"),
        ("van  der\nBerg", "[name]"),
        ("He sat in the van near der Post", "He sat in the van near der Post"),
        ("Bo rowed the boat to Bosnia", "[name] rowed the boat to Bosnia"),
        ("#zoe_91 @bo", "#[name]_91 @[name]"),
        ("Be\u0301rg", "[name]"),
        ("Zo\u00ade", "[name]"),
        ("", ""),
    ],
)
def test_names_go_and_words_stay(text, left):
    """UC4."""
    assert blind(text) == left


def test_longer_words_go_first():
    """UC4: an address is not left in halves."""
    assert masked("bo@example.test", {"bo", "bo@example.test"}, mask="[name]") == "[name]"


@given(st.text(), st.text())
def test_what_is_around_a_name_is_untouched(before, after):
    """UC4: whatever else the text holds."""
    text = f"{before} Zoë {after}"
    found = blind(text)
    assert "[name]" in found
    assert masked(text, [], mask="[name]") == text


def test_a_name_that_is_only_a_particle_is_hidden_whole():
    """UC4."""
    assert masked("Al fixed it", names_in("Al"), mask="[name]") == "[name] fixed it"

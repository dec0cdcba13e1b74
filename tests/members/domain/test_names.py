"""UM15: what a name for others may hold."""

import pytest

from members.domain.names import fault_of, plain


@pytest.mark.parametrize(
    "text",
    [
        "Bo",
        "Repair-Bär",
        "  Tea   time ",
        "李小龙",
        "नमस्ते",
        "Zoë ✿",
        "ＦＵＬＬ",
        "Member of honour",
    ],
)
def test_names_that_will_do(text):
    assert fault_of(plain(text)) == ""


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "length"),
        ("A", "length"),
        ("x" * 31, "length"),
        ("Bo\x00", "letters"),
        ("Bo\u202eob", "letters"),
        ("Bo\u200b", "letters"),
        ("Bo\ufe0f", "letters"),
        ("\u3164\u3164", "letters"),
        ("Bo\u2800", "letters"),
        ("12345", "letters"),
        ("✿✿✿", "letters"),
        ("Z\u0321\u0322\u0327\u0328\u0330o", "letters"),
        ("bo@example.test", "address"),
        ("http://a.test", "address"),
        ("www.a.test", "address"),
        ("Member 4F09A1", "made_up"),
        ("mitglied 4f09a1", "made_up"),
    ],
)
def test_names_that_will_not(text, fault):
    """Too short or long, unseen, heaped up, an address, or somebody else's made-up name."""
    assert fault_of(plain(text)) == fault


def test_a_name_is_kept_in_one_form():
    assert plain(" Ｂｏ \t Lind ") == "Bo Lind"

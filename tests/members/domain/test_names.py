"""UM15: what a name for others may hold, and that nobody speaks as the programme or its people (ADR 48)."""

from time import process_time

import pytest

from members.domain import names
from members.domain.names import lie_in, plain, skeleton


def fault_of(name, programme="Laurel"):
    return names.fault_of(name, programme=programme)


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
        # whole names in one script, and scripts that are written together
        "Ольга",
        "Μαρία",
        "محمد علي",
        "ภัทร",
        "김서울",
        "さくら",
        "Ken 王",
        "Nguyễn",
        "Øyvind Šťastný",
        # marks and joiners that are spelling
        "علی\u200cرضا",
        "ක්\u200dරිශාන්ත",
        "មុំ អ៊ុំ",
        "မြို့",
        # words that only look like the programme's
        "Laurel Hill",
        "Tea Team",
        "Frank Staff",
        "Helper Bee",
        "Vonder",
        "P.de Vries",
        "J. R. R.",
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
        ("ก็็็", "letters"),
        ("د\u200cارا", "letters"),  # it shows only behind letters that join
        ("Bo\u200d", "letters"),
        ("bo@example.test", "address"),
        ("laurel-points.com", "address"),
        ("bit.ly/laurel", "address"),
        ("http://a.test", "address"),
        ("www.a.test", "address"),
        ("Member 4F09A1", "made_up"),
        ("mitglied 4f09a1", "made_up"),
        ("Member-4F09A1", "made_up"),
        # one letter of another script
        ("\u0410mara", "scripts"),
        ("Am\u0430ra", "scripts"),
        ("Bo \u039fbi", "scripts"),
        ("Ольга A", "scripts"),
        ("Μαρία Ж", "scripts"),
        # the programme, and its people
        ("Laurel", "reserved"),
        ("laurel.", "reserved"),
        ("L A U R E L", "reserved"),
        ("LaureI", "reserved"),  # a capital i
        ("Laúrel", "reserved"),
        ("1aurel", "reserved"),
        ("The Laurel Team", "reserved"),
        ("Team-Laurel", "reserved"),
        ("LaurelService", "reserved"),
        ("Anna, Laurel team", "reserved"),
        ("Support", "reserved"),
        ("Supp0rt", "reserved"),
        ("S.u.p.p.o.r.t", "reserved"),
        ("Anna (Support)", "reserved"),
        ("Support 24", "reserved"),
        ("Admin", "reserved"),
        ("ADM1N", "reserved"),
        ("Adrnin", "reserved"),  # r and n, read as m
        ("Staff", "reserved"),
        ("Das Team", "reserved"),
        ("Help Desk", "reserved"),
        ("Kunden-Service", "reserved"),
        ("Offizieller Gruß", "reserved"),
        ("Laurels Team", "reserved"),
        ("Moderatorin", "reserved"),
        ("Łaurel Team", "reserved"),
        ("ᴀᴅᴍɪɴ", "reserved"),
        ("ɑdmin", "reserved"),  # a Latin letter that looks like another
    ],
)
def test_names_that_will_not(text, fault):
    """Too short or long, unseen, heaped up, an address, somebody else's made-up name, of several scripts, or
    of the programme and its people."""
    assert fault_of(plain(text)) == fault


def test_what_looks_alike_has_one_skeleton():
    """Also when all of it is of another script, and for a programme whose own name is."""
    assert skeleton("Ѕоор") == skeleton("Soop") == skeleton("s00p")
    assert fault_of("Сор", programme="Cop") == "reserved"  # Cyrillic throughout
    assert (
        fault_of("Лавр", programme="Лавр") == fault_of("Команда", programme="Команда") == "reserved"
    )
    assert fault_of("Ольга", programme="Лавр") == ""
    assert fault_of("Anna", programme="") == "" and fault_of("Team", programme="") == "reserved"


def test_a_real_name_is_asked_only_whether_it_misleads():
    """It may be long; what would trick whoever reads it is found all the same."""
    assert lie_in("Wolfeschlegelsteinhausenbergerdorff Hubert", programme="Laurel") == ""
    assert lie_in("Laurel Smith", programme="Laurel") == ""
    assert lie_in("Laurel Team", programme="Laurel") == "reserved"
    assert lie_in("Bo\u202eob", programme="Laurel") == "letters"
    assert lie_in("Member 4F09A1", programme="Laurel") == "made_up"  # somebody else's


def test_no_name_takes_long_to_read():
    """A programme may be called by two of the words, so that many ways to cut a name end nowhere."""
    for name in ("dasteam" * 28 + "x", "a b " * 5_000):
        began = process_time()
        assert lie_in(name, programme="Das Team") == ""
        assert process_time() - began < 2


def test_a_name_is_kept_in_one_form():
    assert plain(" Ｂｏ \t Lind ") == "Bo Lind"

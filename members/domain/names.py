"""The name by which others read a member who chose one: what it may hold.

Two names that look alike have one *skeleton* (after Unicode's technical standard 39): letters that look like
Latin ones become these, and so do the figures that stand for letters ("Ѕuрр0rt" and "Support").
"""

import re
import unicodedata
from functools import cache

from confusable_homoglyphs import categories, confusables

SHORTEST, LONGEST = 2, 30
#: Letters and marks that leave no ink (Unicode: Default_Ignorable), and the blank of Braille.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
#: What made-up names look like, in every language they are shown in: nobody passes for another by one.
_MADE_UP = re.compile(r"(?:member|mitglied)\s*([0-9a-f]{6})", re.IGNORECASE)
#: What belongs to no script, or to whichever stands around it.
_ANY_SCRIPT = {"COMMON", "INHERITED", "Unknown"}
#: Scripts that are written together; everything else stands alone.
_TOGETHER = (
    {"LATIN", "HAN", "HIRAGANA", "KATAKANA"},
    {"LATIN", "HAN", "BOPOMOFO"},
    {"LATIN", "HAN", "HANGUL"},
)
#: Figures, signs and pairs of letters that are read as another letter, in this order.
_READ_AS = (
    ("|", "l"), ("!", "l"), ("1", "l"), ("i", "l"), ("0", "o"), ("3", "e"), ("4", "a"), ("5", "s"),
    ("$", "s"), ("7", "t"), ("8", "b"), ("m", "rn"), ("w", "vv"),
)  # fmt: skip
#: What the programme's people are called, in the languages it speaks: such a word makes any name theirs.
_OFFICES = """
admin admins administrator administration helpdesk customerservice kundendienst kundenservice kundenbetreuung
moderator moderation official offiziell offizielle offizieller postmaster support sysadmin webmaster
"""
#: Words of which a name of theirs is made, with each other or with the programme's own name.
_THEIRS = """
billing board care committee crew customer customers desk help hilfe hotline info jury komitee kunden
leitung loyalty management mitarbeiter mitarbeiterin mitarbeitende noreply office operator owner partner
points programm programme program punkte rewards security service sicherheit staff system team verwaltung
"""
_BETWEEN = "and at das dein der die for from of our the und unser unsere von vom your"


def plain(text: str) -> str:
    """The name as it is kept: each letter in its one form, single spaces, none around it."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def code_in(name: str) -> str:
    """The six figures of a made-up name, in whichever language it is shown; '' when it is none."""
    found = _MADE_UP.fullmatch(name)
    return found[1].upper() if found else ""


def fault_of(name: str, *, programme: str) -> str:
    """Why a plain name will not do, '' when it will: `length`, `made_up`, or what `lie_in` finds."""
    if not SHORTEST <= len(name) <= LONGEST:
        return "length"
    return "made_up" if _MADE_UP.fullmatch(name) else lie_in(name, programme=programme)


def lie_in(name: str, *, programme: str) -> str:
    """How a name misleads whoever reads it, '' when it does not; a real one as well: `letters` (something
    that cannot be seen, or turns what stands beside it), `address` (an e-mail address or a link), `scripts`
    (of several, that are not written together), or `reserved` (of the programme or its people)."""
    kinds = [unicodedata.category(letter)[0] for letter in name]
    if "C" in kinds or "L" not in kinds or _UNSEEN.search(name) or _stacks(name):
        return "letters"
    if "@" in name or "://" in name or re.search(r"\bwww\.", name, re.IGNORECASE):
        return "address"
    if _mixes(name):
        return "scripts"
    return "reserved" if _is_theirs(name, programme) else ""


def skeleton(text: str) -> str:
    """What is left of a text when all that looks alike is written alike; accents and case are gone."""
    looks = "".join(map(_look_of, unicodedata.normalize("NFKD", text))).casefold()
    for seen, read in _READ_AS:
        looks = looks.replace(seen, read)
    return looks


def _look_of(letter: str) -> str:
    """The Latin letter or figure that this one looks like; itself when there is none, '' for an accent."""
    if letter.isascii() or unicodedata.combining(letter):
        return letter if letter.isascii() else ""
    for form in (letter, letter.casefold()):
        alike = [found["c"] for found in confusables.confusables_data.get(form, ())]
        latin = [each for each in alike if each.isascii() and each.isalnum()]
        if latin:
            return str(latin[0])
    return letter


def _mixes(name: str) -> bool:
    scripts = categories.unique_aliases(name) - _ANY_SCRIPT
    return len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER)


def _is_theirs(name: str, programme: str) -> bool:
    """Whether it is made of nothing but words of the programme, or holds an office, or the programme's name
    beside one of its words; whatever stands between the letters."""
    own = "".join(_words(programme))
    theirs = _alike(_THEIRS) | _alike(_OFFICES) | ({own} - {""})
    whole = re.compile("(?:" + "|".join(map(re.escape, theirs | _alike(_BETWEEN))) + ")+")
    for words in (_words(name), _words(re.sub(r"\d", " ", name))):
        runs = {"".join(words[at:end]) for end in range(len(words) + 1) for at in range(end)}
        is_whole = whole.fullmatch("".join(words)) and not set(words) <= _alike(_BETWEEN)
        if is_whole or runs & _alike(_OFFICES) or (own in runs and runs & _alike(_THEIRS)):
            return True
    return False


def _words(text: str) -> list[str]:
    """The skeletons of its words."""
    return re.findall(r"[^\W_]+", skeleton(text))


@cache
def _alike(words: str) -> frozenset[str]:
    return frozenset(skeleton(word) for word in words.split())


def _stacks(name: str) -> bool:
    """Whether marks are heaped on one letter, so that they run into the lines around it."""
    return (
        re.search("M{3}", "".join(unicodedata.category(letter)[0] for letter in name)) is not None
    )

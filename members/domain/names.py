"""The name by which others read a member who chose one: what it may hold.

Two names that look alike have one *skeleton* (after Unicode's technical standard 39): letters that look like
Latin ones become these, and so do the figures that stand for letters ("Ѕuрр0rt" and "Support").
"""

import re
import unicodedata
from collections.abc import Set
from functools import cache

from confusable_homoglyphs import categories, confusables

SHORTEST, LONGEST = 2, 30
#: Letters and marks that leave no ink (Unicode: Default_Ignorable), and the blank of Braille.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
#: Marks that any script may use, of which three on one letter run into the lines around it; those of a script
#: itself are as many as its words need (four in Burmese), and none comes twice.
_HEAP = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3}"
)
_MOST_MARKS = 4
#: Joiners that are spelling, because they show: behind a Persian letter that would join the next one, and in
#: an Indic word behind the sign that takes a letter's vowel away (the combining class 9).
_JOINING = "بپتثجچحخسشصضطظعغفقکكگلمنهیيئ"
_NON_JOINER, _JOINERS, _VIRAMA = "\u200c", "\u200c\u200d", 9
#: What made-up names look like, in every language they are shown in: nobody passes for another by one.
_MADE_UP = re.compile(r"(?:member|mitglied)[\W_]*([0-9a-f]{6})", re.IGNORECASE)
#: Beside a scheme or "www.", what browsers and mail programs make a link of.
_LINK = re.compile(
    r"://|\bwww\.|\w\.\w+/|\w\w\.(?:app|at|biz|ch|com|de|eu|info|io|link|ly|net|online|org|shop|site|uk|xyz)\b",
    re.IGNORECASE,
)
#: Latin letters that are another one with a stroke, or as a small capital, by their Unicode names.
_DRAWN = re.compile(
    r"LATIN (?:CAPITAL LETTER|SMALL LETTER|LETTER SMALL CAPITAL) ([A-Z])(?: WITH (?:\w+ )?STROKE)?$"
)
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
admin admins administrator administratorin administration helpdesk customerservice kundendienst kundenservice
kundenbetreuung moderator moderatorin moderation official offiziell offizielle offizieller postmaster support
sysadmin webmaster
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
    """Why a plain name will not do, '' when it will: `length`, or what `lie_in` finds."""
    if not SHORTEST <= len(name) <= LONGEST:
        return "length"
    return lie_in(name, programme=programme)


def lie_in(name: str, *, programme: str) -> str:
    """How a name misleads whoever reads it, '' when it does not; a real one as well: `letters` (something
    that cannot be seen, or turns what stands beside it), `made_up` (the name of somebody who has none),
    `address` (an e-mail address or a link), `scripts` (of several, that are not written together), or
    `reserved` (of the programme or its people)."""
    name = _without_joiners(name)
    kinds = [unicodedata.category(letter)[0] for letter in name]
    if "C" in kinds or "L" not in kinds or _UNSEEN.search(name) or _stacks(name):
        return "letters"
    if _MADE_UP.fullmatch(name):
        return "made_up"
    if "@" in name or _LINK.search(name):
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
    drawn = _DRAWN.match(unicodedata.name(letter, ""))
    if drawn:
        return drawn[1]
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
    names, between = ({own, f"{own}s"} if own else set()), _alike(_BETWEEN)
    theirs = _alike(_THEIRS) | _alike(_OFFICES) | names
    longest = max(map(len, theirs))
    for words in (_words(name), _words(re.sub(r"\d", " ", name))):
        runs, whole = _runs(words, longest), "".join(words)
        is_whole = _is_made_of(whole, theirs | between) and not _is_made_of(whole, between)
        if is_whole or runs & _alike(_OFFICES) or (runs & names and runs & _alike(_THEIRS)):
            return True
    return False


def _runs(words: list[str], longest: int) -> set[str]:
    """Words that stand together, as one; no more than could make something so long."""
    ends = range(1, longest + 1)
    return {"".join(words[at : at + end]) for at in range(len(words)) for end in ends}


def _is_made_of(text: str, words: Set[str]) -> bool:
    """Whether it is these words one after another. Each place is looked at once: a pattern would try every
    way to cut the text, and a programme may be called by two of the words."""
    reached = {0}
    for at in range(len(text)):
        if at in reached:
            reached |= {at + len(word) for word in words if text.startswith(word, at)}
    return len(text) in reached


def _words(text: str) -> list[str]:
    """The skeletons of its words."""
    return re.findall(r"[^\W_]+", skeleton(text))


@cache
def _alike(words: str) -> frozenset[str]:
    return frozenset(skeleton(word) for word in words.split())


def _without_joiners(name: str) -> str:
    """Without those that are spelling; one that is left is there to trick."""
    around = zip(f" {name}", name, f"{name} "[1:], strict=False)
    return "".join(letter for before, letter, after in around if not _joins(before, letter, after))


def _joins(before: str, joiner: str, after: str) -> bool:
    if joiner not in _JOINERS or not after.isalpha():
        return False
    is_persian = joiner == _NON_JOINER and before in _JOINING
    return is_persian or unicodedata.combining(before) == _VIRAMA


def _stacks(name: str) -> bool:
    """Whether marks are heaped on one letter, so that they run into the lines around it."""
    marks = "".join(each if unicodedata.category(each)[0] == "M" else " " for each in name).split()
    return _HEAP.search(name) is not None or any(
        len(each) > _MOST_MARKS or len(set(each)) < len(each) for each in marks
    )

"""Taking names out of a text, so that judges weigh what was done and not who did it.

Letters are compared without case and accents. A name counts as a whole word, with or without an s at its end
("Amaras", "Amara's"); inside another word it stays ("Bo" is not in "Boat"). What remains is what no list of
names can know: a street, a job, a nickname. That is why nominators are asked to leave it out.
"""

import re
import unicodedata
from collections.abc import Iterable

#: Parts of names that are ordinary words. They are hidden as part of a whole name only.
_ORDINARY = """
al am auf aus bin da de del della den der des di do dos du el la las le los of san st te ten ter the und van
vom von y zu zum zur
"""
PARTICLES = frozenset(_ORDINARY.split())
_LETTER = r"[^\W\d_]"
_HYPHENS = re.compile(r"[\-‐-―]+")


def names_in(*names: str) -> frozenset[str]:
    """Whole names and each of their parts, as people would write them."""
    wholes = [" ".join(name.split()) for name in names if name.strip()]
    words = {word for whole in wholes for word in whole.split()}
    parts = words | {part for word in words for part in _HYPHENS.split(word)}
    known = {part for part in parts if len(part) > 1 and _folded(part) not in PARTICLES}
    return frozenset(known | {whole for whole in wholes if len(whole) > 1})


def masked(text: str, words: Iterable[str], *, mask: str) -> str:
    """`text` with `mask` in the place of each of `words`."""
    folded, places = _with_places(text)
    found = sorted({_folded(word) for word in words} - {""}, key=len, reverse=True)
    if not found:
        return text
    any_of = "|".join(r"\s+".join(map(re.escape, word.split())) for word in found)
    kept, end = [], 0
    for match in re.finditer(rf"(?<!{_LETTER})(?:{any_of})(?=s?(?!{_LETTER}))", folded):
        start, stop = places[match.start()], places[match.end() - 1] + 1
        # The accent that belongs to the last letter goes with it.
        while stop < len(text) and unicodedata.combining(text[stop]):
            stop += 1
        kept += [text[end:start], mask]
        end = stop
    return "".join([*kept, text[end:]])


def _folded(text: str) -> str:
    return _with_places(text)[0]


def _with_places(text: str) -> tuple[str, list[int]]:
    """The text without case and accents, and for each of its letters the place in the text as it was."""
    letters, places = [], []
    for place, letter in enumerate(text):
        for plain in unicodedata.normalize("NFKD", letter).casefold():
            if not unicodedata.combining(plain) and unicodedata.category(plain) != "Cf":
                letters.append(plain)
                places.append(place)
    return "".join(letters), places

"""The name by which others read a member who chose one: what it may hold."""

import re
import unicodedata

SHORTEST, LONGEST = 2, 30
#: Letters and marks that leave no ink (Unicode: Default_Ignorable), and the blank of Braille.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
#: What made-up names look like, in every language they are shown in: nobody passes for another by one.
_MADE_UP = re.compile(r"(member|mitglied)\s*[0-9a-f]{6}", re.IGNORECASE)


def plain(text: str) -> str:
    """The name as it is kept: each letter in its one form, single spaces, none around it."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def fault_of(name: str) -> str:
    """Why a plain name will not do, '' when it will: `length`, `letters` (something that cannot be seen,
    or turns what stands beside it), `address` (an e-mail address or a link), or `made_up`."""
    if not SHORTEST <= len(name) <= LONGEST:
        return "length"
    kinds = [unicodedata.category(letter)[0] for letter in name]
    if "C" in kinds or "L" not in kinds or _UNSEEN.search(name) or _stacks(name):
        return "letters"
    if "@" in name or "://" in name or re.search(r"\bwww\.", name, re.IGNORECASE):
        return "address"
    return "made_up" if _MADE_UP.fullmatch(name) else ""


def _stacks(name: str) -> bool:
    """Whether marks are heaped on one letter, so that they run into the lines around it."""
    return (
        re.search("M{3}", "".join(unicodedata.category(letter)[0] for letter in name)) is not None
    )

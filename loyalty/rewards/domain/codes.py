"""The codes of coupons: how they are made, how people may type them, how they are read out."""

import secrets

#: Crockford's alphabet: no I, L, O, U, so that nothing is misread and no word appears.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
#: 12 signs are 60 bits: guessing one of a million live codes takes a million million tries.
LENGTH = 12
LONGEST = 64
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_code() -> str:
    """A fresh code, in groups of four."""
    return grouped("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))


def grouped(code: str) -> str:
    """`ABCD-EFGH-JKMN`."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def plain(text: str) -> str:
    """What a code is compared by: case, spaces, hyphens and O/0, I/L/1 make no difference.

    Empty when there is nothing to compare, or more than any code has.
    """
    kept = "".join(sign for sign in text.upper() if sign.isalnum()).translate(_MISREAD)
    return kept if len(kept) <= LONGEST else ""

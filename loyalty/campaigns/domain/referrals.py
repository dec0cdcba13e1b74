"""What makes a referral doubtful, and how what came of it is named.

`docs/algorithms/referrals.md` has the table.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from members.domain.keys import read_email

JOINED = "referral.joined"
SIGNED_UP, FIRST_PURCHASE, PURCHASE = (
    "referral.signed_up",
    "referral.first_purchase",
    "referral.purchase",
)
ADVOCATE, FRIEND = "advocate", "friend"

#: Providers whose mailboxes are the same with and without dots, and the one name of each.
_DOTLESS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}
_WORD = re.compile(r"\w+")


def stem(address: str) -> str:
    """The mailbox behind an e-mail address: without case, what follows a plus, and the dots that the
    provider ignores. Raises ValueError when it is no address."""
    local, _, domain = read_email(address).rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _DOTLESS:
        domain, local = _DOTLESS[domain], local.replace(".", "")
    return f"{local}@{domain}"


def plain(text: str) -> str:
    """A postal address or a device's name without case, punctuation and blanks that say nothing."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


@dataclass(frozen=True, slots=True)
class Terms:
    """From when on a friend is no newcomer, and how many friends within how many days are many."""

    newcomer_days: int
    most: int
    window_days: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen when a friend came in. `lately` counts this one too."""

    member_since: date
    joined_on: date
    has_same_email: bool = False
    has_same_device: bool = False
    has_same_address: bool = False
    has_same_household: bool = False
    has_ordered: bool = False
    is_ring: bool = False
    lately: int = 1


def reasons(seen: Seen, terms: Terms) -> tuple[str, ...]:
    """The codes of everything that makes it doubtful, in one order; none when nothing does."""
    is_old = (seen.joined_on - seen.member_since).days > terms.newcomer_days
    found = {
        "same_email": seen.has_same_email,
        "same_device": seen.has_same_device,
        "same_address": seen.has_same_address,
        "same_household": seen.has_same_household,
        "existing_customer": seen.has_ordered or is_old,
        "ring": seen.is_ring,
        "too_many": seen.lately > terms.most,
    }
    return tuple(code for code, holds in found.items() if holds)


def fact_id(referral: int, round: int, what: str, side: str) -> str:
    """Under which a fact is known for ever: once for each side and each time the referral stands."""
    return f"referral:{referral}:{round}:{what}:{side}"

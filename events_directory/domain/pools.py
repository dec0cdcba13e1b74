"""Where the money of a pool may go. `docs/algorithms/capacity.md` shows a pool's year.

Money lies in one of five accounts. The first mirrors what came in from outside, so it is the only
one below zero, and the sum over all five is always nothing.
"""

from enum import StrEnum


class Held(StrEnum):
    """What an account of a pool holds."""

    DEPOSITS = "deposits"
    AVAILABLE = "available"
    COMMITTED = "committed"
    PAYABLE = "payable"
    DISBURSED = "disbursed"


class Cause(StrEnum):
    """Why money moved."""

    DEPOSIT = "deposit"
    AWARD = "award"
    RELEASE = "release"
    PAYMENT = "payment"
    BOUNCE = "bounce"
    DROP = "drop"
    REVOCATION = "revocation"


#: cause -> (debit, credit): the money leaves the first and arrives in the second.
FLOWS: dict[Cause, tuple[Held, Held]] = {
    Cause.DEPOSIT: (Held.DEPOSITS, Held.AVAILABLE),
    Cause.AWARD: (Held.AVAILABLE, Held.COMMITTED),
    Cause.RELEASE: (Held.COMMITTED, Held.PAYABLE),
    Cause.PAYMENT: (Held.PAYABLE, Held.DISBURSED),
    Cause.BOUNCE: (Held.DISBURSED, Held.PAYABLE),
    Cause.DROP: (Held.PAYABLE, Held.COMMITTED),
    Cause.REVOCATION: (Held.COMMITTED, Held.AVAILABLE),
}

"""The legal moves of redemptions and of coupons. A state that is not a key of a table is unknown."""

#: "" is where a redemption begins.
REDEMPTION: dict[str, tuple[str, ...]] = {
    "": ("reserved", "confirmed"),
    "reserved": ("confirmed", "cancelled"),
    "confirmed": ("fulfilled", "expired", "cancelled"),
    "fulfilled": ("cancelled",),
    "expired": (),
    "cancelled": (),
}

#: A code that a member has seen is never given to another: only what was merely set aside for a
#: checkout goes back to "free".
COUPON: dict[str, tuple[str, ...]] = {
    "free": ("held", "assigned", "void"),
    "held": ("free", "assigned"),
    "assigned": ("burnt", "expired", "void"),
    "burnt": ("void",),
    "expired": (),
    "void": (),
}


def pairs(moves: dict[str, tuple[str, ...]]) -> str:
    """The legal moves as an SQL list of pairs."""
    return ", ".join(f"('{a}', '{b}')" for a, after in moves.items() for b in after)

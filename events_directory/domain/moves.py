"""Which state follows which, for everything in the directory that has one.

One table per noun: state -> {verb: next state}. What is not written here cannot be done; there is no
other place that decides it.
"""

from collections.abc import Mapping

Moves = Mapping[str, Mapping[str, str]]

PARTNER: Moves = {
    "pending": {"verify": "verified", "turn_down": "turned_down"},
    "turned_down": {"verify": "verified", "ask_again": "pending"},
    "verified": {"suspend": "suspended"},
    "suspended": {"verify": "verified"},
}

MICRO_EVENT: Moves = {
    "draft": {
        "edit": "draft",
        "schedule": "draft",
        "submit": "in_review",
        "cancel": "cancelled",
    },
    "in_review": {"publish": "published", "reject": "rejected", "cancel": "cancelled"},
    "rejected": {
        "edit": "rejected",
        "schedule": "rejected",
        "submit": "in_review",
        "cancel": "cancelled",
    },
    "published": {"schedule": "published", "cancel": "cancelled"},
    "cancelled": {},
}

BOOKING: Moves = {
    "booked": {"cancel": "cancelled", "attend": "attended", "miss": "no_show"},
    "no_show": {"attend": "attended"},  # an offline scan that arrived after the list was closed
    "attended": {},
    "cancelled": {},
}

WAITLIST: Moves = {
    "waiting": {"promote": "promoted", "leave": "left", "close": "closed"},
    "promoted": {},
    "left": {},
    "closed": {},
}

GRANT_APPLICATION: Moves = {
    "draft": {"edit": "draft", "submit": "submitted", "withdraw": "withdrawn"},
    "submitted": {
        "approve": "submitted",
        "accept": "accepted",
        "decline": "declined",
        "withdraw": "withdrawn",
    },
    "accepted": {},
    "declined": {},
    "withdrawn": {},
}

GRANT: Moves = {
    "active": {"release": "active", "pay": "active", "close": "closed", "revoke": "revoked"},
    "closed": {"reopen": "active"},  # the bank sent the last payment back
    "revoked": {},
}

DISBURSEMENT: Moves = {
    "payable": {"pay": "paid", "drop": "dropped"},
    "paid": {"bounce": "bounced"},
    "bounced": {"pay": "paid", "drop": "dropped"},
    "dropped": {},
}


def after(moves: Moves, state: str, verb: str) -> str | None:
    """The state after `verb`, or None when the verb is not legal in `state`."""
    return moves[state].get(verb)

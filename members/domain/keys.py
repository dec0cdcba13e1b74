"""What a shop knows a customer by, other than our reference: a card, a phone number, an e-mail address."""

import unicodedata
from dataclasses import dataclass

CARD, PHONE, EMAIL = "card", "phone", "email"
#: How payloads name the kinds.
NAMES = {"card_token": CARD, "phone": PHONE, "email": EMAIL}


@dataclass(frozen=True, slots=True)
class Key:
    """A customer key as it is kept: its kind and its keyed hashes, the one in use first."""

    kind: str
    digests: tuple[bytes, ...]

    @property
    def digest(self) -> bytes:
        """The hash in use."""
        return self.digests[0]


def read_card(text: str) -> str:
    """A card's token without the blanks around it. Raises ValueError when nothing is left."""
    token = text.strip()
    if not token or not token.isprintable():
        raise ValueError("not a card token")
    return token


def read_email(text: str) -> str:
    """An address in its one form: lower case throughout, the domain in ASCII. Raises ValueError.

    Two addresses are the same when they reach the same mailbox by everybody's rules; what single
    providers ignore (dots, what follows a plus) stays.
    """
    address = unicodedata.normalize("NFKC", text).strip().casefold()
    local, _, domain = address.rpartition("@")
    if not local or not domain or not address.isprintable() or any(map(str.isspace, address)):
        raise ValueError("not an e-mail address")
    try:
        return f"{local}@{domain.rstrip('.').encode('idna').decode()}"
    except UnicodeError as error:
        raise ValueError("not an e-mail address") from error

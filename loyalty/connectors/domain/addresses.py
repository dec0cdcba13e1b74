"""Where we may call: addresses of the public internet over https, and nowhere else unless told so."""

from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

LONGEST = 500
#: IPv6 that wraps an IPv4 address, which may be a private one.
WRAPPING = tuple(map(IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))


class BadAddressError(ValueError):
    """Why an address cannot be called; its text is for people."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address, taken apart: `path` with its query."""

    host: str
    port: int
    path: str
    is_encrypted: bool


def read_address(url: str, *, allows_private: bool = False) -> Address:
    """The parts of an address that we may call. Raises BadAddressError.

    What the host's name leads to is looked at when it is called (`may_call`).
    """
    if len(url) > LONGEST or not url.isascii() or any(char <= " " for char in url):
        raise BadAddressError("It is too long, or has characters that no address has.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as fault:
        raise BadAddressError("It is not an address.") from fault
    if parts.scheme != "https" and not (allows_private and parts.scheme == "http"):
        raise BadAddressError("It has to begin with https://.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise BadAddressError("It must not name a user or a fragment.")
    if not parts.hostname or "\\" in parts.netloc or "%" in parts.netloc:
        raise BadAddressError("It names no host.")
    _check_host(parts.hostname, allows_private=allows_private)
    usual = 443 if parts.scheme == "https" else 80
    if port not in (None, 443) and not allows_private:
        raise BadAddressError("Only the usual port of https is called.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Address(parts.hostname, port or usual, path, parts.scheme == "https")


def _check_host(host: str, *, allows_private: bool) -> None:
    """Raise BadAddressError for a name that no lookup takes, and for an IP address that is never called."""
    try:
        host.encode("idna")
    except UnicodeError as fault:
        raise BadAddressError("It names no host.") from fault
    try:
        ip_address(host)
    except ValueError:
        return  # a name: what it leads to is looked at when it is called
    if not allows_private and not may_call(host):
        raise BadAddressError("It is not an address of the public internet.")


def may_call(ip: str) -> bool:
    """Whether an IP address belongs to the public internet."""
    try:
        found = ip_address(ip)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and (
        found.ipv4_mapped is not None
        or found.scope_id is not None
        or found.is_site_local
        or any(found in network for network in WRAPPING)
    ):
        return False
    return found.is_global and not found.is_multicast and not found.is_reserved

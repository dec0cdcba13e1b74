"""What is shown of an address to those who need not know it."""


def email(address: str) -> str:
    """Enough to recognise it when the member says it, and not to write to it: `a…@e….org`."""
    name, at, host = address.partition("@")
    if not at or not name or not host:
        return "…" if address else ""
    first, dot, last = host.rpartition(".")
    return f"{name[0]}…@{first[:1]}…{dot}{last}"

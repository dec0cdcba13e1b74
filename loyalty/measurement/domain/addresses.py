"""What of a list's address is worth keeping."""

from urllib.parse import parse_qsl, urlencode

#: The page one is on, and what the console adds for its own ways.
PASSING = {"p", "all", "e", "_changelist_filters", "_popup", "_to_field"}


def kept(query: str) -> str:
    """Search, filters and order, in one spelling; the page and passing words are left out."""
    pairs = parse_qsl(query.lstrip("?"), keep_blank_values=False)
    return urlencode(sorted((name, value) for name, value in pairs if name not in PASSING))

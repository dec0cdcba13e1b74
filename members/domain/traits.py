"""What a tag or an attribute of a member may be called, and what an attribute may hold."""

import re

LONGEST_NAME = 60
LONGEST_VALUE = 200

_NAME = re.compile(r"[a-z][a-z0-9_-]*")


def is_trait_name(name: object) -> bool:
    """Whether this can name a tag or an attribute: small letters, digits, - and _, a letter first."""
    return isinstance(name, str) and len(name) <= LONGEST_NAME and _NAME.fullmatch(name) is not None


def is_trait_value(value: object) -> bool:
    """Whether an attribute can hold this: a text that can be kept, not empty, not too long."""
    return (
        isinstance(value, str)
        and 0 < len(value) <= LONGEST_VALUE
        and not any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in value)
    )

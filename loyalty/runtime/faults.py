"""What can be wrong with a start, each as one sentence a person can act on."""

import errno


class Fault(Exception):
    """A start cannot go on; `str(fault)` is the whole message, the exit code is 1."""


def from_os_error(error: OSError, doing: str) -> Fault:
    """The sentence for an operating-system error met while `doing` something."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Fault(f"The disk is full: {doing} needs more space. Free some and start again.")
    if error.errno == errno.EROFS:
        return Fault(f"The disk is read-only, so {doing} is not possible.")
    return Fault(f"Could not go on with {doing}: {error.strerror or error} ({error.filename}).")

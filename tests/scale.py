"""How large a race or a proof is: quick in the gate, and with `SCALE=full` (`make prove`) as promised."""

import os

FULL = os.environ.get("SCALE") == "full"


def scale(gate: int, full: int) -> int:
    """The figure of the gate, or the promised one."""
    return full if FULL else gate

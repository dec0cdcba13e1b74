"""The stories use the committee of governance's tests and the cycle of recognition's."""

from tests.governance.conftest import committee, criteria, hal, ivo, jun
from tests.recognition.conftest import cycle

__all__ = ["committee", "criteria", "cycle", "hal", "ivo", "jun"]

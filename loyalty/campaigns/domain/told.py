"""An activity as it was told to us, before it is known to be new."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Told:
    """What a source says that a member did."""

    source: str
    external_id: str
    kind: str
    subject: str
    occurred_at: datetime
    payload: Mapping[str, Any]

    @property
    def key(self) -> tuple[str, str]:
        """Under which it is known for ever."""
        return self.source, self.external_id

    @property
    def order_id(self) -> str:
        """The order it speaks of; empty when it speaks of none."""
        return str(self.payload.get("order_id", ""))


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the input, and where."""

    pointer: str
    code: str
    detail: str

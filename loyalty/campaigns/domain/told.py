"""An activity as it was told to us, before it is known to be new."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from members.domain.keys import Key


@dataclass(frozen=True, slots=True)
class Told:
    """What a source says that a member did.

    It names the member (`subject`), or `keys` by which they may be found; `known_as` is the reference of
    the member they belong to, once looked up, `key_ids` are their rows, and `clash` says that they
    belong to several members.
    """

    source: str
    external_id: str
    kind: str
    subject: str
    occurred_at: datetime
    payload: Mapping[str, Any]
    keys: tuple[Key, ...] = ()
    known_as: str = ""
    key_ids: tuple[int, ...] = ()
    clash: str = ""

    @property
    def ref(self) -> str:
        """The reference of the member it is about; empty while nobody knows."""
        return self.subject or self.known_as

    @property
    def key(self) -> tuple[str, str]:
        """Under which it is known for ever."""
        return self.source, self.external_id

    @property
    def chain(self) -> int:
        """How many facts led to this one, where it is one that we recorded ourselves."""
        steps = self.payload.get("chain") if self.source == "laurel" else 0
        return steps if isinstance(steps, int) else 0

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

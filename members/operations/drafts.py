"""Drafts with versions: what somebody else's window kept is never overwritten unasked."""

from datetime import datetime
from typing import Any, Protocol

from members.errors import ChangedElsewhere


class Draft(Protocol):
    """A row that keeps what is begun, and grows its version with each change."""

    version: int
    saved_at: datetime

    def save(self, *, update_fields: list[str]) -> None:
        """As a model saves."""


def check_version(draft: Draft | None, version: int | None, **content: Any) -> None:
    """Raise ChangedElsewhere when the draft is another than its writer has before them, unless it says the
    same anyway (an answer that got lost on its way). `version` None: they have none before them."""
    if draft is None or version is None or draft.version == version:
        return
    if _differs(draft, content):
        raise ChangedElsewhere(draft.version)


def overwrite(draft: Draft, *, version: int, at: datetime, **content: Any) -> None:
    """Keep `content` as the next version; the same again changes nothing. Raises ChangedElsewhere. The
    caller holds a lock under which all of the draft's writers meet, and does not audit: nobody judges one."""
    check_version(draft, version, **content)
    if _differs(draft, content):
        changed = {**content, "version": draft.version + 1, "saved_at": at}
        for name, value in changed.items():
            setattr(draft, name, value)
        draft.save(update_fields=list(changed))


def _differs(draft: Draft, content: dict[str, Any]) -> bool:
    return any(getattr(draft, name) != value for name, value in content.items())

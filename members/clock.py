"""The one clock. Everything that asks for the time asks here, so that time can be replaced."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

_stands_at: ContextVar[datetime | None] = ContextVar("laurel_clock", default=None)


def now() -> datetime:
    """This instant, aware, in UTC."""
    return _stands_at.get() or timezone.now()


@contextmanager
def standing_at(instant: datetime) -> Iterator[None]:
    """Let the clock stand at an instant (rehearsals, catching up, tests)."""
    token = _stands_at.set(instant)
    try:
        yield
    finally:
        _stands_at.reset(token)

"""The demo's neighbourhood: partners, events, a pool, a nomination."""

from datetime import datetime

from members.domain.actors import Actor
from members.models import User


def install(*, users: dict[str, User], now: datetime, actor: Actor) -> None:
    """Set up whatever of the neighbourhood is missing."""

"""The jobs that the directory does."""

from typing import Any

from events_directory.operations import bookings
from members.operations.jobs import does


@does("seats.free")
def free_seats(arguments: dict[str, Any]) -> None:
    """Free the seats of who was erased, for those who wait: `{"members": [ids]}`."""
    bookings.free_erased(arguments["members"])

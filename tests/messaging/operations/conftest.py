"""What messages are about, from the rooms below."""

from tests.events_directory.conftest import drafted, occurrence, shop, venue

__all__ = ["drafted", "occurrence", "shop", "venue"]

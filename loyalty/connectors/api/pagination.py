"""One shape for every list: results, next, previous."""

from django.utils.dateparse import parse_datetime
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor as Place
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request


class Cursor(CursorPagination):
    """Pages by position, never by count; newest first unless the view says otherwise."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = "-id"

    def decode_cursor(self, request: Request) -> Place | None:
        """Where the page begins. A cursor that we never gave out is a 404, not a crash."""
        place: Place | None = super().decode_cursor(request)
        if (
            place is not None
            and place.position is not None
            and not self._reads(str(place.position))
        ):
            raise NotFound(self.invalid_cursor_message)
        return place

    def _reads(self, position: str) -> bool:
        """Whether this is a place in the order of the list: an id, or an instant."""
        if self.ordering[0].lstrip("-") in ("id", "pk"):
            return position.isdecimal() and len(position) < 19
        try:
            return parse_datetime(position) is not None
        except ValueError:
            return False

"""One shape for every list: results, next, previous."""

from rest_framework.pagination import CursorPagination


class Cursor(CursorPagination):
    """Pages by position, never by count; newest first unless the view says otherwise."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = "-id"

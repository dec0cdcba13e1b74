"""A request that is sent again is one request: the key that came with it says so."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from events_directory.errors import KeyReused

Row = TypeVar("Row", bound=Model)


def made_before(rows: QuerySet[Row], *, key: str, **asked: Any) -> Row | None:
    """What the request with this key made among `rows`; None for a new one.

    `asked` is what is asked for now, by the fields of the row: KeyReused when it was something else. Called
    under the lock of what the request makes scarcer, so that of two at once the second finds the first.
    """
    row = rows.filter(key=key).first()
    if row is not None and any(getattr(row, name) != value for name, value in asked.items()):
        raise KeyReused()
    return row

"""Where files lie that staff bring and take: beside the database, and never under an address."""

import shutil
from pathlib import Path
from uuid import UUID

from django.conf import settings


def folder(key: UUID) -> Path:
    """The folder of one import or export."""
    return Path(settings.MEDIA_ROOT).parent / "private" / key.hex


def made(key: UUID) -> Path:
    """The same, made if need be, for this system's user alone."""
    place = folder(key)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def remove(key: UUID) -> None:
    """With everything in it; what is gone already stays gone."""
    shutil.rmtree(folder(key), ignore_errors=True)

"""The one clock. Everything that asks for the time asks here, so that time can be replaced."""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """This instant, aware, in UTC."""
    return timezone.now()

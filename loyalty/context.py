"""What every template may name: the programme, from settings."""

from django.conf import settings
from django.http import HttpRequest


def programme(request: HttpRequest) -> dict[str, object]:
    """The programme's name and whether this is the demo."""
    return {"programme_name": settings.PROGRAMME_NAME, "is_demo": settings.DEMO}

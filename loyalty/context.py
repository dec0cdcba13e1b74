"""What every template may name: the programme, and the doors that this visitor may open."""

from django.conf import settings
from django.http import HttpRequest

from loyalty.branding import Brand
from loyalty.live import Live
from loyalty.navigation import Navigation
from members.views.toasts import Announced


def programme(request: HttpRequest) -> dict[str, object]:
    """The programme's name and looks, whether this is the demo, and the navigation, what is said once."""
    return {
        "programme_name": settings.PROGRAMME_NAME,
        "brand": Brand(),
        "live": Live(request),
        "is_demo": settings.DEMO,
        "navigation": Navigation(request),
        "announced": Announced(request),
    }

"""What happens to every page on its way out."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.crypto import salted_hmac

NOBODY = "nobody"


class InvalidFormStatus:
    """A page that shows a refused form says so in its status too: 422 instead of 200.

    Our own views do it themselves; this is for those of allauth, which know only 200.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass through; the work is done before the page is rendered."""
        return self._get_response(request)

    def process_template_response(
        self, request: HttpRequest, response: TemplateResponse
    ) -> TemplateResponse:
        """Mark the answer to a POST whose form is bound and has errors."""
        is_account_page = request.path.startswith("/account/")
        if request.method == "POST" and response.status_code == 200 and is_account_page:
            forms = (response.context_data or {}).values()
            if any(isinstance(form, BaseForm) and form.errors for form in forms):
                response.status_code = 422
        return response


class KeptCopies:
    """Tells the service worker whose page this is, and the browser to forget all when it was signed out.

    The word for a person is keyed, so that it says nothing to whoever reads it. Pages that did not ask
    who is there are nobody's and stay without it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers on the way out."""
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        before = (
            request.session.get(SESSION_KEY) if request.method == "POST" and has_session else ""
        )
        response = self._get_response(request)
        if before and SESSION_KEY not in request.session:
            response["Clear-Site-Data"] = '"cache", "storage"'
        is_page = response.get("Content-Type", "").startswith("text/html")
        if is_page and request.session.accessed:
            response["X-Visitor"] = visitor_word(request.session.get(SESSION_KEY))
        return response


def visitor_word(user_id: str | None) -> str:
    """What stands for a signed-in person in the name of their copies."""
    if user_id is None:
        return NOBODY
    return salted_hmac("loyalty.kept_copies", user_id, algorithm="sha256").hexdigest()[:24]

"""What happens to every page on its way out."""

from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from pghistory.middleware import HistoryMiddleware

from members.views import viewing

log = structlog.get_logger(__name__)

NOBODY = "nobody"
SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
#: The way out, which is the only thing that whoever views as a member can do.
WAY_OUT = "viewing_end"
#: Where staff are at home, and what belongs to nobody: open as ever, to be read.
STAFF_PATHS = (
    "/admin/",
    "/api/",
    "/worker.js",
    "/offline/",
    "/brand/",
    "/app/",
    "/healthz",
    "/readyz",
)


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


class ViewingAs:
    """While staff view as a member: nothing can be changed, only pages that are opened to them answer, and
    no copy is kept. Who saw which page of whom is logged."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """What was shown of a member stays with nobody."""
        response = self._get_response(request)
        if getattr(request, "viewed_member", None) is not None:
            response["Cache-Control"] = "private, no-store"
            del response["X-Offline"]
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> None:
        """Refuse what is not to be done or seen; say whom the page shows (`request.viewed_member`)."""
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return
        kept, match = viewing.kept(request), request.resolver_match
        if kept is None or (match is not None and match.url_name == WAY_OUT):
            return
        member = viewing.viewed(request, kept)
        request.viewed_member = member  # type: ignore[attr-defined] # read by `member_of`
        is_over = member is None
        if is_over:
            viewing.leave(request)
        if request.method not in SAFE:
            raise PermissionDenied(
                _over() if is_over else _("Nothing can be changed while you view.")
            )
        if is_over:
            messages.warning(request, _over())
        elif not request.path.startswith(STAFF_PATHS):
            if not viewing.is_seen(view):
                raise PermissionDenied(_("This page is not shown while you view as a member."))
            log.info(
                "member_page_viewed", member=kept.member_id, by=kept.user_id, path=request.path
            )


def _over() -> str:
    return _("You no longer view as the member. Nothing was changed.")


def visitor_word(user_id: str | None) -> str:
    """What stands for a signed-in person in the name of their copies."""
    if user_id is None:
        return NOBODY
    return salted_hmac("loyalty.kept_copies", user_id, algorithm="sha256").hexdigest()[:24]


class KnownBy(HistoryMiddleware):
    """Tells the database at whose request the console writes, so that it can note it beside the change.

    Only there: the API's door writes too often to say it each time, and its operations say it themselves.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Through the library's, or past it."""
        if request.path_info.startswith("/admin/"):
            return super().__call__(request)
        return self.get_response(request)

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        """The user alone: addresses can name people."""
        return {"user": request.user.pk}

"""What is asked of every request of somebody who has signed in."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from loyalty.accounts import second_factor
from members import clock

#: How a session remembers that a second factor was there, or was not asked for.
FACTOR, THERE, NOT_ASKED = "second_factor", "there", "not asked"
#: Where rights that ask for one are used: here it is asked anew, for they may have come meanwhile.
DESKS = ("/admin/", "/partner/")
#: What is open without one: setting one up, showing who one is, and the way out.
OPEN = (
    "/account/2fa/",
    "/account/reauthenticate/",
    "/account/logout/",
    "/language/",
    "/static/",
    "/worker.js",
    "/offline/",
)
SEEN = "seen_at"
SEEN_EVERY = timedelta(minutes=15)


class SecondFactorFirst:
    """Staff and owners of partner organisations set up a second factor before they get anywhere."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass through; the work is done once the address is known."""
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Send them to set one up."""
        if not settings.REQUIRE_SECOND_FACTOR or request.path.startswith(OPEN):
            return None
        if not self._is_to_be_asked(request) or not request.user.is_authenticated:
            return None
        user = request.user
        if not second_factor.is_needed(user):
            request.session[FACTOR] = NOT_ASKED
            return None
        if second_factor.has_one(user):
            request.session[FACTOR] = THERE
            return None
        messages.info(request, _("Your rights here ask for a second factor. Add one to go on."))
        return redirect("mfa_index")

    def _is_to_be_asked(self, request: HttpRequest) -> bool:
        """Asking the session leaves no mark: a page that does not ask who is there stays nobody's."""
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return False
        was_asked = request.session.accessed
        known, somebody = request.session.get(FACTOR), SESSION_KEY in request.session
        request.session.accessed = was_asked
        if not somebody or known == THERE:
            return False
        return known != NOT_ASKED or request.path.startswith(DESKS)


class SeenSessions:
    """Keeps when a session was last used, to a quarter of an hour, for the list of one's sessions."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Note it on the way out, now and then."""
        response = self._get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.session.accessed:
            seen, now = request.session.get(SEEN), clock.now()
            if seen is not None and now.timestamp() - seen > SEEN_EVERY.total_seconds():
                request.session[SEEN] = now.timestamp()
                known = UserSession.objects.filter(session_key=request.session.session_key)
                known.update(last_seen_at=now)
        return response

"""Viewing as a member: how a session carries it, and which pages it opens.

It hangs on one session of one user. It is asked anew with every request whether that user still may, so
that a permission taken away, a household shared or a quarter of an hour passed ends it at once.
"""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse

from members import clock
from members.models import Member
from members.operations.viewings import Viewing
from members.permissions import can_view_as

KEPT = "viewing"


def seen_by_staff(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open a page to whoever views as its member. No other page is: it could show a secret (a code, an
    invitation), or what belongs to the viewer and not to the member."""
    view.is_seen_by_staff = True  # type: ignore[attr-defined] # read by `is_seen`
    return view


def is_seen(view: Callable[..., HttpResponse]) -> bool:
    """Whether it is such a page."""
    return getattr(view, "is_seen_by_staff", False)


def enter(request: HttpRequest, viewing: Viewing) -> None:
    """From now on this session shows the member's pages."""
    request.session[KEPT] = {
        "member": viewing.member_id,
        "user": viewing.user_id,
        "until": viewing.until.isoformat(),
    }


def kept(request: HttpRequest) -> Viewing | None:
    """What the session carries, whether or not it is still good. Asking leaves no mark on the session:
    a page that does not ask who is there stays nobody's."""
    was_asked = request.session.accessed
    found = request.session.get(KEPT)
    request.session.accessed = was_asked
    if found is None:
        return None
    return Viewing(found["member"], found["user"], datetime.fromisoformat(found["until"]))


def viewed(request: HttpRequest, viewing: Viewing) -> Member | None:
    """Whom it shows; None once it is over or the user no longer may."""
    if clock.now() >= viewing.until or request.user.pk != viewing.user_id:
        return None
    member = Member.objects.active().filter(pk=viewing.member_id).first()
    return member if member and can_view_as(request.user, member) else None


def leave(request: HttpRequest) -> Viewing | None:
    """Back to one's own pages; what the session carried."""
    viewing = kept(request)
    if viewing is not None:
        del request.session[KEPT]
    return viewing

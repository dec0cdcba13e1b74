"""A member's inbox: what we told them, newest first, and that they have read it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from loyalty.messaging.models import Message
from loyalty.messaging.operations import inbox
from members.domain.actors import Actor
from members.models import Member
from members.views.guards import SignedInRequest, member_page

PAGE = 20


@member_page
def index(request: HttpRequest, member: Member) -> HttpResponse:
    """Every message; looking at the list reads nothing, so that nobody's visit is counted by mistake."""
    own = Message.objects.inbox(member)
    context = {"page": Paginator(own, PAGE).get_page(request.GET.get("page"))}
    return render(request, "portal/messaging/inbox.html", context)


@require_POST
@member_page
def reading(request: SignedInRequest, member: Member, pk: int) -> HttpResponse:
    """One message is read; on to what it speaks of."""
    message = get_object_or_404(Message.objects.inbox(member), pk=pk)
    inbox.read(member, message=message, actor=Actor.user(request.user))
    # Only ways within the house: a campaign's text is not to lead anybody out of it unnoticed.
    is_ours = url_has_allowed_host_and_scheme(message.link, allowed_hosts=None)
    return redirect(message.link if is_ours else "messages:inbox")


@require_POST
@member_page
def readings(request: SignedInRequest, member: Member) -> HttpResponse:
    """Everything is read."""
    count = inbox.read(member, actor=Actor.user(request.user))
    words = ngettext("%(n)s message is read.", "%(n)s messages are read.", count)
    messages.success(request, words % {"n": count} if count else _("All of it was read already."))
    return redirect("messages:inbox")

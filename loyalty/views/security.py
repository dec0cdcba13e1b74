"""How safe one's sign-in is, whether points stay because of it, and ending a session."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loyalty.accounts.second_factor import COUNTING
from members import clock
from members.models import CredentialChange
from members.operations import credentials
from members.views.guards import SignedInRequest, member_of


@require_GET
@login_required
def security(request: SignedInRequest) -> HttpResponse:
    """What protects the account, what was changed of late, and how to go on at once."""
    user, member = request.user, member_of(request)
    types = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    context = {
        "obstacle": credentials.obstacle(member) if member is not None else None,
        "waiting": CredentialChange.objects.filter(user=user)
        .waiting_at(clock.now())
        .order_by("-at"),
        "has_password": user.has_usable_password(),
        "has_factor": bool(types & set(COUNTING)),
        "has_recovery": Authenticator.Type.RECOVERY_CODES in types,
        "sessions": UserSession.objects.filter(user=user).count(),
    }
    return render(request, "account/security.html", context)


@require_POST
@login_required
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out one of one's own sessions."""
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    end_sessions(request, [session])
    if request.user.is_authenticated:
        messages.success(request, _("That session is signed out."))
    return redirect("usersessions_list")

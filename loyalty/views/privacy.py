"""What is kept about a member: to take along, or to be erased."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loyalty.accounts.forms import ErasureForm
from members import clock
from members.domain.actors import Actor
from members.models import Member, MemberExport
from members.operations import erasures, exports
from members.views.guards import SignedInRequest, member_page


@require_GET
@member_page
def privacy(request: SignedInRequest, member: Member) -> HttpResponse:
    """Both, with what each means."""
    exported = MemberExport.objects.defer("file").open_at(clock.now()).filter(member=member)
    context = {"export": exported.order_by("-pk").first()}
    return render(request, "account/privacy.html", context)


@require_POST
@member_page
@reauthentication_required
def ask_export(request: SignedInRequest, member: Member) -> HttpResponse:
    """Have a copy made."""
    exports.ask(member, actor=Actor.user(request.user))
    messages.success(request, _("Your copy is being made. It will be here in a minute."))
    return redirect("privacy")


@require_GET
@member_page
@reauthentication_required
def fetch_export(request: SignedInRequest, member: Member, pk: int) -> HttpResponse:
    """The file, while it can be fetched; to nobody else."""
    mine = MemberExport.objects.open_at(clock.now()).filter(member=member, made_at__isnull=False)
    export = mine.filter(pk=pk).first()
    if export is None:
        raise Http404
    response = HttpResponse(bytes(export.file or b""), content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="my-programme.zip"'
    response["Cache-Control"] = "private, no-store"
    return response


@member_page
@reauthentication_required
def erasure(request: SignedInRequest, member: Member) -> HttpResponse:
    """Says first what becomes of the points; the word has to be typed."""
    form = ErasureForm(request.POST or None)
    context = {"form": form, "foreseen": erasures.foresee(member)}
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "account/erasure.html", context, status=status)
    try:
        erasures.erase(member, actor=Actor.user(request.user))
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return render(request, "account/erasure.html", context, status=422)
    logout(request)
    messages.success(request, _("You are erased. Thank you for having been with us."))
    return redirect("home")

"""Whether something has come since a page was made: check-in points appear without a reload."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from loyalty.live import mark_of
from loyalty.views.lines import lines_of
from loyalty.views.points import wallets_of
from members.models import Entry, Member
from members.views.guards import member_of

NOTHING_NEW = 204


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """204 while the mark is still `since`; else the new mark, and what came last in a sentence."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    member = member_of(request)
    mark = mark_of(member) if member else ""
    if member is None or mark == request.GET.get("since", ""):
        return HttpResponse(status=NOTHING_NEW)
    return JsonResponse({"mark": mark, "said": newest_of(member)})


def newest_of(member: Member) -> str:
    """The newest line of what the member can spend, as it is read aloud."""
    wallet = next((each for each in wallets_of(member) if each.unit.purpose == "spendable"), None)
    lines = lines_of(Entry.objects.on(wallet).order_by("-pk")[:1]) if wallet else []
    if not lines:
        return ""
    [line] = lines
    return _("%(amount)s %(unit)s: %(reason)s") % {
        "amount": f"\u2066{line.entry.signed:+d}\u2069".replace(
            "-", "−"
        ),  # isolated: its sign leads
        "unit": wallet.unit.name.lower(),
        "reason": line.title,
    }

"""Whether something has come since a page was made: check-in points appear without a reload."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from loyalty.live import mark_of
from loyalty.views.lines import lines_of
from loyalty.views.points import wallets_of
from members import clock
from members.models import Entry, Member
from members.views.guards import member_of

NOTHING_NEW = 204
FRESH = timedelta(minutes=1)


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """204 while the mark is still `since`; else the new mark, and what came last in a sentence."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    member = member_of(request)
    mark, since = mark_of(member) if member else "", request.GET.get("since", "")
    if member is None or mark == since:
        return HttpResponse(status=NOTHING_NEW)
    is_posted = mark.partition("-")[0] != since.partition("-")[0]
    return JsonResponse({"mark": mark, "said": newest_of(member) if is_posted else ""})


def newest_of(member: Member) -> str:
    """The line just written to what the member can spend, as it is read aloud; empty without one."""
    wallet = next((each for each in wallets_of(member) if each.unit.purpose == "spendable"), None)
    newest = Entry.objects.on(wallet).order_by("-pk").first() if wallet else None
    if wallet is None or newest is None or clock.now() - newest.recorded_at > FRESH:
        return ""
    [line] = lines_of([newest])
    signed = newest.amount if newest.credit_id == wallet.pk else -newest.amount
    return _("%(amount)s %(unit)s: %(reason)s") % {
        # Isolated, so that its sign leads from whichever side the words are read.
        "amount": f"\u2066{signed:+d}\u2069".replace("-", "−"),
        "unit": wallet.unit.name.lower(),
        "reason": line.title,
    }

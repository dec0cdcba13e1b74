"""The statement: every line of every unit, and why it is there."""

from django.core.paginator import Paginator
from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from loyalty.campaigns.operations import missed
from loyalty.views.apart import apart_from, open_holds
from loyalty.views.expiring import last_day_of
from loyalty.views.lines import lines_of, original_of
from loyalty.views.looked_at import looked_at
from loyalty.views.pending import promised_to
from loyalty.views.why import why_of
from members.models import Account, Activity, ActivityKind, Entry, Household, Member, Unit
from members.operations.lots import used_lots
from members.views.guards import member_page
from members.views.viewing import seen_by_staff

LINES = 30


def wallets_of(member: Member) -> list[Account]:
    """The member's wallets with unit and balance, those that can be spent first."""
    wallets = Account.objects.filter(member=member, kind=Account.Kind.WALLET)
    return sorted(
        wallets.select_related("unit", "balance"),
        key=lambda wallet: (wallet.unit.purpose != "spendable", wallet.unit.code),
    )


@seen_by_staff
@member_page
def statement(request: HttpRequest, member: Member) -> HttpResponse:
    """One unit's lines, newest first, each with the balance it left."""
    wallets = wallets_of(member)
    code = request.GET.get("unit") or (wallets[0].unit.code if wallets else "")
    wallet = next((each for each in wallets if each.unit.code == code), None)
    if wallet is None:
        raise Http404
    page = Paginator(Entry.objects.on(wallet), LINES).get_page(request.GET.get("page"))
    promises = [each for each in promised_to(member) if each.effect.unit_code == code]
    looks, apart = list(looked_at(member)[:LINES]), apart_from(wallet)
    context = {
        "wallets": wallets,
        "wallet": wallet,
        "page": page,
        "lines": lines_of(page.object_list),
        "promises": promises if page.number == 1 else [],
        "looks": looks if page.number == 1 else [],
        "apart": apart,
        "holds": open_holds(wallet) if apart.held else [],
        "household": household_of(member, wallet),
    }
    return render(request, "portal/points/statement.html", context)


def household_of(member: Member, wallet: Account) -> Household | None:
    """The member's household, with what it keeps of the wallet's unit as `kept`; one query."""
    kept = Sum("accounts__balance__amount", filter=Q(accounts__unit=wallet.unit_id), default=0)
    return Household.objects.of(member).annotate(kept=kept).first()


@seen_by_staff
@member_page
def line(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    """Why one line is there: the rule, the values it saw, the lots it took from, and its twin."""
    entries = Entry.objects.of_member(member).select_related("unit", "debit", "credit", "parent")
    entry = get_object_or_404(entries, pk=pk)
    is_in = entry.credit.member_id == member.pk
    lots = used_lots(entry).items()
    context = {
        "entry": entry,
        "line": lines_of([entry])[0],
        "amount": entry.amount if is_in else -entry.amount,
        "last_day": last_day_of(entry, member) if is_in else None,
        "why": why_of(entry),
        "takes_back": entries.filter(reversals=entry).first(),
        "taken_back_by": taken_back_by(entries, entry),
        # What was a gift came from lots of somebody else's, which are nobody else's business.
        "lots": [(lot, amount) for lot, amount in lots if lot.credit.member_id == member.pk],
    }
    return render(request, "portal/points/line.html", context)


@seen_by_staff
@member_page
def activity(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    """What one thing that the member did brought, and what it did not, and why not."""
    own = Activity.objects.filter(member=member).select_related("evaluation")
    found = get_object_or_404(own, pk=pk)
    units = Unit.objects.filter(code=OuterRef("unit_code")).values("name")
    effects = found.effects.filter(reverses=None).annotate(unit_name=Subquery(units)).order_by("pk")
    titles = dict(ActivityKind.objects.filter(name=found.kind).values_list("name", "title"))
    context = {
        "activity": found,
        "title": titles.get(found.kind, found.kind),
        "effects": effects,
        "is_looked_at": looked_at(member).filter(pk=found.pk).exists(),
        "missed": missed.of(found),
    }
    return render(request, "portal/points/activity.html", context)


def taken_back_by(entries: QuerySet[Entry], entry: Entry) -> QuerySet[Entry]:
    """Which of these take this one back: it, the accrual it activated, or what its hold paid."""
    named = Q(reverses=original_of(entry))
    if entry.kind == Entry.Kind.HOLD:
        named |= Q(reverses__parent=entry)
    return entries.filter(named).order_by("pk")

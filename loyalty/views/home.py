"""The first page: the programme for a visitor, their own standing for a member."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from events_directory.models import Booking, Occurrence
from loyalty import kept_pages
from loyalty.home_state import state_of
from loyalty.rewards.models import Reward
from loyalty.rewards.views.offers import Offer, offers_for, treat_for
from loyalty.views.apart import apart_from
from loyalty.views.celebrations import moments_of
from loyalty.views.expiring import expiring_from
from loyalty.views.first_run import newcomer_of
from loyalty.views.lines import lines_of
from loyalty.views.pending import promised_to
from loyalty.views.points import wallets_of
from loyalty.views.programme import programme
from loyalty.views.progress import progress_of
from members import clock
from members.models import Entry, Member
from members.views.guards import member_of
from members.views.viewing import seen_by_staff
from recognition.models import BadgeAward

RECENT = 6
SHOWN = 3


@seen_by_staff
def home(request: HttpRequest) -> HttpResponse:
    """Greet a member with what they own; tell a visitor what this is."""
    if not request.user.is_authenticated:
        return programme(request)
    if not kept_pages.may_keep(request):
        return members_page(request)
    now = clock.now()
    name = kept_pages.name_for(request, state_of(request.user.pk, now), now)
    response = kept_pages.kept(request, name)
    if response is None:
        response = members_page(request)
        kept_pages.keep(request, name, response)
    return response


def members_page(request: HttpRequest) -> HttpResponse:
    """The page of the member, or of somebody who is none yet, made anew."""
    member = member_of(request)
    if member is None:
        return render(request, "portal/stranger.html")
    with timezone.override(member.time_zone):
        return render(request, "portal/home.html", standing_of(member))


def standing_of(member: Member) -> dict[str, object]:
    """Everything the home page says about a member; the number of queries does not depend on it."""
    now = clock.now()
    wallet = next((each for each in wallets_of(member) if each.unit.purpose == "spendable"), None)
    promises = promised_to(member)
    expiring = expiring_from(wallet, now, member.time_zone) if wallet else []
    offers = offers_for(member, Reward.objects.on_offer(now))
    progress = progress_of(member, now)
    return {
        "member": member,
        "wallet": wallet,
        "apart": apart_from(wallet) if wallet else None,
        "progress": progress[0] if progress else None,
        "further_ladders": progress[1:],
        "expiring": expiring,
        "treat": treat_for(offers, expiring[0].amount) if expiring else None,
        "offers": offers[:SHOWN],
        "promises": promises,
        "promised": sum(each.amount for each in promises),
        "awards": BadgeAward.objects.live()
        .filter(member=member)
        .select_related("badge")
        .order_by("-awarded_at")[:SHOWN],
        "lines": lines_of(Entry.objects.on(wallet)[:RECENT]) if wallet else [],
        **ahead_of(member, offers, now),
        **close_by(member, now),
    }


def ahead_of(member: Member, offers: list[Offer], now: datetime) -> dict[str, object]:
    """What the member has just won, what to do first, and what they save up for."""
    newcomer = newcomer_of(member, now)
    return {
        "moments": moments_of(member, now),
        "newcomer": newcomer,
        "saving": next((each for each in offers if each.reward.slug == newcomer.saving_for), None),
    }


def close_by(member: Member, now: datetime) -> dict[str, object]:
    """What the member has booked, and a few more dates to come."""
    booked = Booking.objects.live().with_place().filter(member=member)
    bookings = list(
        booked.filter(occurrence__ends_at__gt=now).order_by("occurrence__starts_at")[:SHOWN]
    )
    others = Occurrence.objects.on_show(now).exclude(
        pk__in=[booking.occurrence_id for booking in bookings]
    )
    dates = others.with_place().order_by("starts_at", "pk")
    doors = [booking.occurrence.door for booking in bookings]
    return {
        "bookings": bookings,
        "dates": dates[: max(SHOWN - len(bookings), 1)],
        "is_expecting": any(door.opens_at <= now <= door.closes_at for door in doors),
    }

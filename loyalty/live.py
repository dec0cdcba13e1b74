"""What a page that waits for something may ask every two seconds, in one query (UM18)."""

from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from events_directory.models import Booking
from members.models import Balance, Member
from members.views.guards import member_of


class Live:
    """One request's answer to "has anything come?"; asked only when a template does."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def mark(self) -> str:
        """A word that changes with every posting to the member's accounts and every check-in."""
        member = member_of(self._request)
        return mark_of(member) if member else ""


def mark_of(member: Member) -> str:
    """How many postings the member's accounts have, and how many dates they came to."""
    postings = (
        Balance.objects.filter(account__member=OuterRef("pk"))
        .values("account__member")
        .annotate(all=Sum("version"))
        .values("all")
    )
    came = Count("bookings", filter=Q(bookings__state=Booking.State.ATTENDED))
    found = (
        Member.objects.filter(pk=member.pk)
        .annotate(postings=Coalesce(Subquery(postings), 0), came=came)
        .values_list("postings", "came")
        .get()
    )
    return "{}-{}".format(*found)

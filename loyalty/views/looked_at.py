"""What a person looks at before it counts. Why is not said to the member: it would teach how to be missed."""

from django.db.models import OuterRef, QuerySet, Subquery

from loyalty.campaigns.models import ReviewCase
from members.models import Activity, ActivityKind, Member


def looked_at(member: Member) -> QuerySet[Activity]:
    """The activities that wait for a person, newest first, each with its kind's `title`; one query."""
    titles = ActivityKind.objects.filter(name=OuterRef("kind")).values("title")
    open_ones = Activity.objects.filter(
        member=member, status=Activity.Status.PARKED, review__state=ReviewCase.State.OPEN
    )
    return open_ones.annotate(title=Subquery(titles[:1])).order_by("-occurred_at", "-pk")

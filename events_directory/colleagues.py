"""Who works together: everybody with a seat in one organisation, now or until lately."""

from django.db.models import Q, QuerySet

from events_directory.models import PartnerSeat
from members import clock
from members.models import Member, User
from members.models.households import REMEMBERED
from members.operations.relations import COLLEAGUES


def in_one_organisation(member: Member) -> QuerySet[User]:
    """The users with a seat beside one of this member's, or of whoever was merged into them."""
    held = PartnerSeat.objects.filter(Q(ended_at=None) | Q(ended_at__gt=clock.now() - REMEMBERED))
    theirs = Q(user__member=member) | Q(user__member__merged_into=member)
    own = held.filter(theirs).values("partner")
    return User.objects.filter(pk__in=held.filter(partner__in=own).values("user"))


COLLEAGUES.append(in_one_organisation)

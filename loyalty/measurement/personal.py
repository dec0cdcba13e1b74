"""Figures are nobody's; only who set a rate is kept."""

from loyalty.measurement.models import LiabilityRate, SavedView
from members.operations.holdings import ALSO, Person, excuse

excuse(LiabilityRate, "made_by", why="The work of staff.")
excuse(SavedView, "owner", why="The work of staff.")


def forget_views(person: Person) -> None:
    """Lists that somebody kept as they were searched for them."""
    SavedView.objects.filter(query__iregex=person.asked).delete()


ALSO.append(forget_views)

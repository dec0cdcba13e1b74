"""Nobody decides about their own organisation."""

from datetime import datetime

from events_directory.errors import NotAPerson, OwnOrganisation
from events_directory.models import PartnerSeat
from members.domain.actors import Actor


def person(actor: Actor) -> int:
    """The user behind the actor; raises NotAPerson for keys and the system."""
    if actor.kind != "user" or actor.id is None:
        raise NotAPerson()
    return actor.id


def refuse_own(actor: Actor, *, partner_id: int, since: datetime) -> None:
    """Raise OwnOrganisation when the actor belonged to the partner at any time from `since` on."""
    if actor.kind != "user":
        return
    if PartnerSeat.objects.linked(person(actor), partner_id=partner_id, since=since):
        raise OwnOrganisation()

"""Keeping a list as it is shown, and forgetting it."""

from django.db import transaction

from loyalty.measurement.domain import addresses
from loyalty.measurement.errors import TooLong
from loyalty.measurement.models import SavedView
from members import clock
from members.domain.actors import Actor
from members.models import User
from members.operations import audit

LONGEST = 2000


@transaction.atomic
def keep(
    name: str, *, label: str, query: str, owner: User, actor: Actor, is_shared: bool = False
) -> SavedView:
    """Keep a list under a name; the owner's view of that name shows this from now on.

    Raises TooLong for an address that is longer than browsers carry.
    """
    wanted = addresses.kept(query)
    if len(wanted) > LONGEST:
        raise TooLong()
    view, _is_new = SavedView.objects.update_or_create(
        owner=owner,
        label=label,
        name=name,
        defaults={"query": wanted, "is_shared": is_shared},
        create_defaults={"query": wanted, "is_shared": is_shared, "created_at": clock.now()},
    )
    told = {"list": label, "name": name, "shared": is_shared}
    audit.record(view, actor=actor, verb="measurement.saved_view.kept", after=told)
    return view


@transaction.atomic
def forget(view: SavedView, *, actor: Actor) -> None:
    """Nobody is offered it any more."""
    told = {"list": view.label, "name": view.name, "shared": view.is_shared}
    audit.record(view, actor=actor, verb="measurement.saved_view.forgotten", before=told)
    view.delete()

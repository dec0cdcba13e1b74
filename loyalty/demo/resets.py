"""Asking for the demo to be thrown away and loaded anew. The launcher does it (ADR 46)."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loyalty.runtime import addresses
from loyalty.runtime.resets import LOADER, ask, is_asked
from members.domain.actors import Actor
from members.errors import Refused
from members.models import AuditRow, User
from members.operations import audit
from members.permissions import ALLOWED, Verdict, refused


class NoDemo(Refused):
    code = "no_demo"
    sentence = gettext_lazy("Only the demo can be reset, and only where it began as one.")


class ResetUnderWay(Refused):
    code = "reset_under_way"
    sentence = gettext_lazy("The demo is being reset already.")


def is_possible() -> bool:
    """Whether this is a demo from its first row on, under a launcher that would reset it."""
    if not settings.DEMO_RESETS:
        return False
    first = AuditRow.objects.order_by("pk").values_list("actor_kind", "actor_name").first()
    return first == ("system", LOADER)


def is_under_way() -> bool:
    """Whether somebody asked, and it is not done."""
    return is_asked(addresses.var())


def can_reset(user) -> Verdict:
    """Superusers: what everybody did in the demo goes."""
    if user.is_active and user.is_staff and user.is_superuser:
        return ALLOWED
    return refused(_("Only superusers reset the demo."))


@transaction.atomic
def ask_for_reset(*, by: User, actor: Actor) -> None:
    """Have the demo thrown away and loaded anew. Raises NoDemo, or ResetUnderWay where somebody asked
    before."""
    if not is_possible():
        raise NoDemo()
    audit.record(by, actor=actor, verb="demo.reset.asked")
    if not ask(addresses.var()):
        raise ResetUnderWay()

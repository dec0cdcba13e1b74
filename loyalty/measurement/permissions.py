"""Who may read what the programme owes, and keep lists as they want to see them."""

from django.utils.translation import gettext as _

from loyalty.measurement.models import SavedView
from members.permissions import ALLOWED, Verdict, held, refused


def can_read_liability(user) -> Verdict:
    """Finance, by the permission."""
    return held(user, "measurement.view_liabilityrate")


def can_forget(user, view: SavedView) -> Verdict:
    """Whoever kept it; and superusers what is shared, for people leave."""
    if view.owner_id == user.pk or (view.is_shared and user.is_superuser):
        return ALLOWED
    return refused(_("Only who keeps it can forget it."))

"""Who may see and do what with redemptions."""

from django.utils.translation import gettext as _

from loyalty.rewards.models import Redemption
from members import clock
from members.models import User
from members.permissions import ALLOWED, Verdict, held, refused


def can_cancel(user: User, redemption: Redemption) -> Verdict:
    """The member within ten minutes; staff with the permission until it is handed over."""
    if redemption.state != Redemption.State.CONFIRMED:
        return refused(_("It has been handed over or cancelled."))
    if user.has_perm("rewards.change_redemption"):
        return ALLOWED
    if redemption.member.user_id != user.pk:
        return refused(_("This is not yours."))
    if clock.now() >= redemption.undo_until:
        return refused(_("The ten minutes are over."))
    return ALLOWED


def can_fulfil(user: User, redemption: Redemption) -> Verdict:
    """Staff with the permission, while it waits."""
    if redemption.state != Redemption.State.CONFIRMED:
        return refused(_("It has been handed over or cancelled."))
    return held(user, "rewards.change_redemption")

"""Verdicts, and who may see and change what a member owns."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from members import clock
from members.errors import (
    AlreadyDecided,
    HoldEnded,
    NoKeyForOneself,
    NoMergeForOneself,
    NotForOneself,
    NoTierForOneself,
    NotYours,
    OverAlready,
    SecondPersonNeeded,
    UndoOver,
)
from members.models import Adjustment, Balance, Gift, Hold, Job, Member, TierLift
from members.operations import accounts


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether something is allowed, and the sentence that says why not. Truthy when allowed."""

    allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed


ALLOWED = Verdict(True)


def refused(reason: str) -> Verdict:
    """A refusal with its reason."""
    return Verdict(False, reason)


def held(user, permission: str) -> Verdict:
    """Console staff with this permission, by name."""
    if user.is_active and user.is_staff and user.has_perm(permission):
        return ALLOWED
    return refused(_("You need the permission %(name)s.") % {"name": permission})


def can_adjust(user, member: Member) -> Verdict:
    """Staff with the permission, and never their own points."""
    if member.user_id == user.pk:
        return refused(str(NotForOneself.sentence))
    return held(user, "members.add_adjustment")


def can_decide(user, adjustment: Adjustment) -> Verdict:
    """A second person with the permission, while it waits."""
    if adjustment.state != Adjustment.State.PROPOSED:
        return refused(str(AlreadyDecided.sentence))
    if adjustment.made_by_id == user.pk:
        return refused(str(SecondPersonNeeded.sentence))
    if adjustment.member.user_id == user.pk:
        return refused(str(NotForOneself.sentence))
    return held(user, "members.decide_adjustment")


def can_release(user, hold: Hold) -> Verdict:
    """Staff with the permission, while it holds."""
    if hold.state != Hold.State.HELD:
        return refused(str(HoldEnded.sentence))
    return held(user, "members.change_hold")


def can_take_back(user, gift: Gift) -> Verdict:
    """Staff with the permission, while it is given; not for a gift they gave or got."""
    if gift.state != Gift.State.GIVEN:
        return refused(_("It has been taken back already."))
    if user.pk in (gift.giver.user_id, gift.receiver.user_id):
        return refused(str(NotForOneself.sentence))
    return held(user, "members.change_gift")


def can_undo(user, gift: Gift) -> Verdict:
    """Whoever gave it, for ten minutes. Whether it is still whole, the ledger knows."""
    if gift.giver.user_id != user.pk:
        return refused(str(NotYours.sentence))
    if gift.state != Gift.State.GIVEN:
        return refused(_("It has been taken back already."))
    if clock.now() >= gift.undo_until:
        return refused(str(UndoOver.sentence))
    return ALLOWED


def can_freeze(user, balance: Balance) -> Verdict:
    """Staff with the permission, while it is not frozen."""
    if balance.is_frozen:
        return refused(_("It is frozen already."))
    return held(user, "members.change_account")


def can_unfreeze(user, balance: Balance) -> Verdict:
    """Staff with the permission, not who froze it, and never their own account."""
    if not balance.is_frozen:
        return refused(_("It is not frozen."))
    if balance.account.member and balance.account.member.user_id == user.pk:
        return refused(str(NotForOneself.sentence))
    if accounts.frozen_by(balance) == user.pk:
        return refused(str(SecondPersonNeeded.sentence))
    return held(user, "members.change_account")


def can_retry(user, job: Job) -> Verdict:
    """Staff with the permission, once the queue has given up on it."""
    if job.state != Job.State.DEAD:
        return refused(_("Only a job that gave up can be tried again."))
    return held(user, "members.change_job")


def can_give_tier(user, member: Member) -> Verdict:
    """Staff with the permission, and never for themselves."""
    if member.user_id == user.pk:
        return refused(str(NoTierForOneself.sentence))
    return held(user, "members.add_tierlift")


def can_change_keys(user, member: Member) -> Verdict:
    """Staff who may change members, and never for themselves: what waits for a key is paid with it."""
    if member.user_id == user.pk:
        return refused(str(NoKeyForOneself.sentence))
    return held(user, "members.change_member")


def can_merge(user, member: Member) -> Verdict:
    """Staff with the permission, and never their own membership."""
    if user.pk in (member.user_id, member.heir.user_id):
        return refused(str(NoMergeForOneself.sentence))
    return held(user, "members.merge_member")


def can_unmerge(user, member: Member) -> Verdict:
    """The same, while they are merged."""
    if member.merged_into_id is None:
        return refused(_("It is not merged into another member."))
    return can_merge(user, member)


def can_end_lift(user, lift: TierLift) -> Verdict:
    """Staff with the permission, and never for themselves, while it lasts."""
    if lift.member.user_id == user.pk:
        return refused(str(NoTierForOneself.sentence))
    if lift.ended_at is not None:
        return refused(str(OverAlready.sentence))
    return held(user, "members.change_tierlift")

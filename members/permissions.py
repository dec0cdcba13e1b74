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
    NotPending,
    NotYours,
    NoViewingOfOneself,
    OverAlready,
    Refused,
    SecondPersonNeeded,
    UndoOver,
)
from members.models import (
    Adjustment,
    Balance,
    Entry,
    Gift,
    Hold,
    Household,
    HouseholdMove,
    Job,
    Member,
    TierLift,
    Unit,
)
from members.operations import accounts, adjustments, relations


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


def apart(user, member: Member, *, own: type[Refused] = NotForOneself) -> Verdict:
    """Whether the user is neither the member nor of their household."""
    near = relations.bar(user.pk, member, own=own)
    return ALLOWED if near is None else refused(near.messages[0])


def can_adjust(user, member: Member) -> Verdict:
    """Staff with the permission; never for themselves or their household."""
    return apart(user, member) and held(user, "members.add_adjustment")


def can_change_pending(user, entry: Entry) -> Verdict:
    """Whoever may adjust that member's points, while something of the accrual waits."""
    if entry.credit.member is None or not adjustments.waits(entry):
        return refused(str(NotPending.sentence))
    return can_adjust(user, entry.credit.member)


def can_decide(user, adjustment: Adjustment) -> Verdict:
    """A second person with the permission, while it waits."""
    if adjustment.state != Adjustment.State.PROPOSED:
        return refused(str(AlreadyDecided.sentence))
    if adjustment.made_by_id == user.pk:
        return refused(str(SecondPersonNeeded.sentence))
    return apart(user, adjustment.member) and held(user, "members.decide_adjustment")


def can_release(user, hold: Hold) -> Verdict:
    """Staff with the permission, while it holds."""
    if hold.state != Hold.State.HELD:
        return refused(str(HoldEnded.sentence))
    return held(user, "members.change_hold")


def can_take_back(user, gift: Gift) -> Verdict:
    """Staff with the permission, while it is given; not a gift that they or their household gave or
    got."""
    if gift.state != Gift.State.GIVEN:
        return refused(_("It has been taken back already."))
    near = apart(user, gift.giver) and apart(user, gift.receiver)
    return near and held(user, "members.change_gift")


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
    """Staff with the permission, not who froze it, and never their own or their household's account."""
    if not balance.is_frozen:
        return refused(_("It is not frozen."))
    near = relations.bar_account(user.pk, balance.account)
    if near is not None:
        return refused(near.messages[0])
    if accounts.frozen_by(balance) == user.pk:
        return refused(str(SecondPersonNeeded.sentence))
    return held(user, "members.change_account")


def can_retry(user, job: Job) -> Verdict:
    """Staff with the permission, once the queue has given up on it."""
    if job.state != Job.State.DEAD:
        return refused(_("Only a job that gave up can be tried again."))
    return held(user, "members.change_job")


def can_give_tier(user, member: Member) -> Verdict:
    """Staff with the permission; never for themselves or their household."""
    return apart(user, member, own=NoTierForOneself) and held(user, "members.add_tierlift")


def can_change_keys(user, member: Member) -> Verdict:
    """Staff who may change members; never for themselves or their household, for what waits for a key
    is paid with it."""
    return apart(user, member, own=NoKeyForOneself) and held(user, "members.change_member")


def can_view_as(user, member: Member) -> Verdict:
    """Staff with the permission, for members only whom they are not near."""
    return apart(user, member, own=NoViewingOfOneself) and held(user, "members.view_as_member")


def can_export(user, member: Member) -> Verdict:
    """Staff with the permission, for what the member asked for."""
    return apart(user, member) and held(user, "members.export_member")


def can_erase(user, member: Member) -> Verdict:
    """Staff with the permission; never themselves or their household, who ask on their own page."""
    return apart(user, member) and held(user, "members.erase_member")


def can_merge(user, member: Member) -> Verdict:
    """Staff with the permission, and never their own membership."""
    for one in {member, member.heir}:
        if not (near := apart(user, one, own=NoMergeForOneself)):
            return near
    return held(user, "members.merge_member")


def can_unmerge(user, member: Member) -> Verdict:
    """The same, while they are merged."""
    if member.merged_into_id is None:
        return refused(_("It is not merged into another member."))
    return can_merge(user, member)


def can_end_lift(user, lift: TierLift) -> Verdict:
    """Staff with the permission, while it lasts; never for themselves or their household."""
    if lift.ended_at is not None:
        return refused(str(OverAlready.sentence))
    return apart(user, lift.member, own=NoTierForOneself) and held(user, "members.change_tierlift")


def can_close_household(user, household: Household) -> Verdict:
    """Staff with the permission, while it lasts; never their own household."""
    if household.closed_at is not None:
        return refused(_("It is closed already."))
    near = relations.bar_household(user.pk, household)
    return refused(near.messages[0]) if near else held(user, "members.change_household")


def can_undo_move(user, move: HouseholdMove) -> Verdict:
    """Whoever moved the points, for ten minutes. Whether they are still whole, the ledger knows."""
    if move.member.user_id != user.pk:
        return refused(str(NotYours.sentence))
    if move.undone_at is not None:
        return refused(_("It has been undone already."))
    if clock.now() >= move.undo_until:
        return refused(str(UndoOver.sentence))
    return ALLOWED


def can_include_existing(user, unit: Unit) -> Verdict:
    """Staff who change units, where points end at all."""
    if not unit.expires:
        return refused(_("Points of this unit never end."))
    return held(user, "members.change_unit")


def can_write_note(user, member: Member) -> Verdict:
    """Staff with the permission, about anybody but themselves."""
    if member.user_id == user.pk:
        return refused(str(NotForOneself.sentence))
    return held(user, "members.add_membernote")


def can_read_notes(user) -> Verdict:
    """Staff with the permission."""
    return held(user, "members.view_membernote")


def can_see_contact(user) -> Verdict:
    """Staff with the permission; others see of an address as much as recognises it."""
    return held(user, "members.see_contact")

"""Who may do what with badges, boards and nominations. Each answers with a verdict and its reason."""

from django.utils.translation import gettext as _

from governance.models import Seat
from members import clock
from members.models import Member
from members.permissions import ALLOWED, Verdict, held, refused
from recognition.models import (
    Achievement,
    Badge,
    BadgeAward,
    Candidate,
    Leaderboard,
    Nomination,
    NominationCycle,
    Streak,
)


def can_show(user, award: BadgeAward) -> Verdict:
    """Its holder decides who may see a badge."""
    if user.is_authenticated and award.member.user_id == user.pk:
        return ALLOWED
    return refused(_("This belongs to somebody else."))


def can_take_along(user, award: BadgeAward) -> Verdict:
    """Its holder may have it as a file that others can check, while it stands and its time lasts."""
    if not award.is_live:
        return refused(_("This badge was revoked already."))
    if award.valid_until is not None and award.valid_until <= clock.now():
        return refused(_("The time of this badge is over."))
    return can_show(user, award)


def can_award(user, badge: Badge) -> Verdict:
    """Staff with the permission, for a badge that can be won."""
    if not badge.is_active:
        return refused(_("This badge is not active."))
    return held(user, "recognition.award_badge")


def can_revoke(user, award: BadgeAward) -> Verdict:
    """Staff with the permission, and never their own."""
    if award.member.user_id == user.pk:
        return refused(_("Somebody else must decide about your own badge."))
    if not award.is_live:
        return refused(_("This badge was revoked already."))
    return held(user, "recognition.revoke_badge")


def can_change_badge(user, badge: Badge | None = None) -> Verdict:
    """Staff with the permission draft, activate and archive badges."""
    return held(user, "recognition.change_badge")


def can_change_goal(user, goal: Achievement | Streak) -> Verdict:
    """Staff with the permission draft, activate and archive achievements, and so streaks."""
    return held(user, f"recognition.change_{goal._meta.model_name}")


def can_change_board(user, board: Leaderboard | None = None) -> Verdict:
    """Staff with the permission define boards."""
    return held(user, "recognition.change_leaderboard")


def can_nominate(member: Member, cycle: NominationCycle) -> Verdict:
    """Any member, while the cycle takes nominations and they have one left."""
    if not cycle.takes_nominations(clock.now()):
        return refused(_("Nominations are not being taken now."))
    used = cycle.nominations.live().filter(nominator=member).count()
    if used >= cycle.limit_per_nominator:
        return refused(
            _("You have used all %(limit)s nominations of this cycle.")
            % {"limit": cycle.limit_per_nominator}
        )
    return ALLOWED


def can_withdraw(member: Member, nomination: Nomination) -> Verdict:
    """Its nominator, while the cycle takes nominations."""
    if nomination.nominator_id != member.pk or nomination.withdrawn_at is not None:
        return refused(_("There is nothing of yours to take back."))
    if not nomination.cycle.takes_nominations(clock.now()):
        return refused(_("Nominations are not being taken now."))
    return ALLOWED


def can_put_again(user, candidate: Candidate) -> Verdict:
    """Staff who run cycles, when the committee's case ended without a decision."""
    if candidate.case is None or candidate.case.state != candidate.case.State.VOID:
        return refused(_("Their case has not ended without a decision."))
    return held(user, "recognition.run_cycle")


def can_run_cycle(user, cycle: NominationCycle | None = None) -> Verdict:
    """Staff with the permission open, close and cancel cycles."""
    return held(user, "recognition.run_cycle")


def can_name_laureate(user, cycle: NominationCycle) -> Verdict:
    """The chair of the cycle's committee, or staff who run cycles, once it is with the committee."""
    if cycle.state != NominationCycle.State.JUDGING:
        return refused(_("This cycle is not with the committee."))
    chairs = cycle.committee.seats.sitting(clock.now()).filter(role=Seat.Role.CHAIR)
    if user.is_authenticated and chairs.of(user).exists():
        return ALLOWED
    return can_run_cycle(user, cycle)

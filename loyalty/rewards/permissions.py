"""Who may see and do what with rewards, redemptions and coupons."""

from django.utils.translation import gettext as _

from events_directory.errors import OwnOrganisation
from events_directory.models import Partner, PartnerSeat
from events_directory.permissions import can_edit
from loyalty.rewards.errors import AlreadyUsed, CouponStillOut, FundClosed, NoPool, NotPrepaid
from loyalty.rewards.models import Coupon, Fund, Redemption, Reward
from loyalty.rewards.operations import standings
from members import clock
from members.models import Member, User
from members.permissions import ALLOWED, Verdict, apart, held, refused

State = Redemption.State
RUNNING = "rewards.run_fund"


def can_redeem(member: Member, reward: Reward, *, quantity: int = 1) -> Verdict:
    """Whether the member can have it now; the sentence is that of the refusal. Needs `with_terms`."""
    refusal = standings.obstacle_for(member, reward, quantity=quantity)
    return ALLOWED if refusal is None else refused(refusal.messages[0])


def can_cancel(user: User, redemption: Redemption) -> Verdict:
    """The member within ten minutes; staff with the permission until it is handed over, but not for
    themselves or their household."""
    if redemption.state not in (State.RESERVED, State.CONFIRMED):
        return refused(_("It has been handed over or cancelled."))
    if redemption.coupons.filter(state=Coupon.State.BURNT).exists():
        return refused(str(AlreadyUsed.sentence))
    if user.has_perm("rewards.change_redemption"):
        near = apart(user, redemption.member)
        if near or redemption.member.user_id != user.pk:
            return near
    if redemption.member.user_id != user.pk:
        return refused(_("This is not yours."))
    if redemption.state == State.CONFIRMED and clock.now() >= redemption.undo_until:
        return refused(_("The ten minutes are over."))
    return ALLOWED


def can_fulfil(user: User, redemption: Redemption) -> Verdict:
    """Staff with the permission, while it waits and has no coupon to be used."""
    if redemption.state != State.CONFIRMED:
        return refused(_("It has been handed over or cancelled."))
    if redemption.reward.has_codes:
        return refused(str(CouponStillOut.sentence))
    return held(user, "rewards.change_redemption")


def can_import(user: User, reward: Reward) -> Verdict:
    """Staff with the permission, into a reward whose codes come from a pool."""
    if reward.codes != Reward.Codes.POOL:
        return refused(str(NoPool.sentence))
    return held(user, "rewards.add_coupon")


def can_take_coupons(seat: PartnerSeat) -> Verdict:
    """Who runs a verified organisation. Helpers only check guests in, as their invitation says."""
    return can_edit(seat) and _verified(seat.partner)


def can_take_coupons_by_key(partner_id: int | None) -> Verdict:
    """The programme's own tills, and those of verified organisations; a key stands for its organisation."""
    partner = partner_id and Partner.objects.filter(pk=partner_id).first()
    return _verified(partner) if partner else ALLOWED


def _verified(partner: Partner) -> Verdict:
    if partner.is_verified:
        return ALLOWED
    return refused(_("Coupons are taken once the organisation is verified."))


def can_sell_pack(user, fund: Fund) -> Verdict:
    """Staff with the permission, into a fund that is paid before and not closed; never their own."""
    if fund.kind != Fund.Kind.PREPAID:
        return refused(str(NotPrepaid.sentence))
    if fund.state == Fund.State.CLOSED or fund.is_over_at(clock.now()):
        return refused(str(FundClosed.sentence))
    return _for_others(user, fund)


def can_move_fund(user, fund: Fund) -> Verdict:
    """Staff with the permission, while it is not closed; never their own organisation's."""
    if fund.state == Fund.State.CLOSED:
        return refused(str(FundClosed.sentence))
    return _for_others(user, fund)


def can_see_funds(seat: PartnerSeat) -> Verdict:
    """What the organisation pays for is for those who run it, not for helpers at the door."""
    return can_edit(seat)


def _for_others(user, fund: Fund) -> Verdict:
    seats = PartnerSeat.objects
    if seats.linked(user.pk, partner_id=fund.partner_id, since=fund.opened_at):
        return refused(str(OwnOrganisation.sentence))
    return held(user, RUNNING)

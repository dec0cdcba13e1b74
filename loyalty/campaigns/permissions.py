"""Who may do what with a campaign. The operations refuse the same; here it is known beforehand."""

from django.utils.translation import gettext as _

from loyalty.campaigns.errors import NoReferralForOneself, NoReviewForOneself
from loyalty.campaigns.models import Backtest, Campaign, Referral, ReviewCase, ReviewRule
from loyalty.campaigns.operations import schedules
from members import clock
from members.errors import AlreadyDecided
from members.permissions import ALLOWED, Verdict, apart, held, refused

State = Campaign.State
DRAFTING = "campaigns.change_campaign"
PUBLISHING = "campaigns.publish_campaign"
REFERRING = "campaigns.decide_referral"
REVIEWING = "campaigns.decide_reviewcase"
WATCHING = "campaigns.change_reviewrule"
#: The kinds of the calendar, and what it takes to see them.
CALENDAR = {
    "campaign": "campaigns.view_campaign",
    "round": "recognition.view_nominationcycle",
    "event": "events_directory.view_occurrence",
}


def kinds_on_calendar(user) -> list[str]:
    """What the calendar shows of to this user: each kind to those who may see its list."""
    return [kind for kind, permission in CALENDAR.items() if held(user, permission)]


def can_read_calendar(user) -> Verdict:
    """Who may see anything that stands on it."""
    if kinds_on_calendar(user):
        return ALLOWED
    return held(user, CALENDAR["campaign"])


def can_draft(user, campaign: Campaign | None = None) -> Verdict:
    """Staff who work on campaigns; its frame only while it is a draft."""
    if campaign is not None and campaign.state != State.DRAFT:
        return refused(_("Only a draft can be changed."))
    return held(user, DRAFTING if campaign is not None else "campaigns.add_campaign")


def can_write_rule(user, campaign: Campaign) -> Verdict:
    """A next version may be written until the campaign has ended, but not while it is in review."""
    if campaign.state in (State.REVIEW, State.ENDED):
        return refused(_("While it is in review, and once it has ended, its rule stays as it is."))
    return held(user, DRAFTING)


def can_try(user) -> Verdict:
    """Who writes or publishes rules, and may see members: a trial shows what is known of one."""
    verdict = held(user, "members.view_member")
    if not verdict or held(user, DRAFTING):
        return verdict
    return held(user, PUBLISHING)


def can_submit(user, campaign: Campaign) -> Verdict:
    """A draft with a rule."""
    if campaign.state != State.DRAFT:
        return refused(_("Only a draft can be submitted."))
    if draft_of(campaign) is None:
        return refused(_("Write its rule first."))
    return held(user, DRAFTING)


def can_publish(user, campaign: Campaign) -> Verdict:
    """Somebody else than the rule's author, with the permission."""
    version = draft_of(campaign)
    if version is None:
        return refused(_("There is no draft to publish."))
    if campaign.state not in (State.REVIEW, State.SCHEDULED, State.LIVE, State.PAUSED):
        return refused(_("It has to be submitted for review first."))
    verdict = held(user, PUBLISHING)
    if verdict and version.drafted_by_id == user.pk:
        return refused(_("Somebody other than the author has to publish this."))
    return verdict


def can_send_back(user, campaign: Campaign) -> Verdict:
    """Who could publish can also say what is missing; its author can take it back."""
    if campaign.state != State.REVIEW:
        return refused(_("It is not in review."))
    version = draft_of(campaign)
    if version is not None and version.drafted_by_id == user.pk and held(user, DRAFTING):
        return ALLOWED
    return held(user, PUBLISHING)


def can_pause(user, campaign: Campaign) -> Verdict:
    """A live one."""
    return _in(campaign, State.LIVE, user=user)


def can_resume(user, campaign: Campaign) -> Verdict:
    """A paused one."""
    return _in(campaign, State.PAUSED, user=user)


def can_end(user, campaign: Campaign) -> Verdict:
    """A scheduled, a live or a paused one, for good."""
    return _in(campaign, State.SCHEDULED, State.LIVE, State.PAUSED, user=user)


def can_withdraw(user, campaign: Campaign) -> Verdict:
    """A scheduled one, before it starts."""
    return _in(campaign, State.SCHEDULED, user=user)


def can_propose(user, campaign: Campaign) -> Verdict:
    """Changes of a published campaign's frame, by who drafts; another person publishes them."""
    if campaign.state not in (State.SCHEDULED, State.LIVE, State.PAUSED):
        return refused(_("It is %(state)s.") % {"state": campaign.get_state_display()})
    return held(user, DRAFTING)


def can_move(user, campaign: Campaign) -> Verdict:
    """Who drafts, before it is live or read by somebody."""
    if why := schedules.obstacle(campaign, clock.now()):
        return refused(why)
    return held(user, DRAFTING)


def can_cap_segment(user, campaign: Campaign) -> Verdict:
    """Who drafts, while it is neither being read nor over."""
    if campaign.state in (State.REVIEW, State.ENDED):
        return refused(_("It is %(state)s.") % {"state": campaign.get_state_display()})
    return held(user, DRAFTING)


def can_clone(user, campaign: Campaign) -> Verdict:
    """Whoever may draft one."""
    return held(user, "campaigns.add_campaign")


def can_backtest(user, campaign: Campaign) -> Verdict:
    """Who works on campaigns, once there is a rule to try."""
    if not campaign.versions.exists():
        return refused(_("Write its rule first."))
    return held(user, DRAFTING)


def can_cancel_backtest(user, backtest: Backtest) -> Verdict:
    """One that is still counting."""
    if backtest.state != Backtest.State.RUNNING:
        return refused(_("It counts no more."))
    return held(user, DRAFTING)


def can_approve_referral(user, referral: Referral) -> Verdict:
    """Who decides about referrals, once one was found doubtful; never about their own."""
    if referral.state != Referral.State.FLAGGED:
        return refused(_("There is nothing doubtful to decide."))
    return _of_others(user, referral)


def can_void_referral(user, referral: Referral) -> Verdict:
    """Who decides about referrals, until it is void; never about their own."""
    if referral.state == Referral.State.VOID:
        return refused(_("It is void already."))
    return _of_others(user, referral)


def _of_others(user, referral: Referral) -> Verdict:
    """Somebody who is neither side of it, nor of their households."""
    for side in (referral.advocate, referral.friend):
        if not (near := apart(user, side, own=NoReferralForOneself)):
            return near
    return held(user, REFERRING)


def can_decide_case(user, case: ReviewCase) -> Verdict:
    """Who decides what is looked at, while it waits; never what they or their household did."""
    if case.state != ReviewCase.State.OPEN:
        return refused(str(AlreadyDecided.sentence))
    return apart(user, case.member, own=NoReviewForOneself) and held(user, REVIEWING)


def can_activate_watch(user, rule: ReviewRule) -> Verdict:
    """Who writes rules for looking first, while it is paused."""
    if rule.state == ReviewRule.State.ACTIVE:
        return refused(_("It is active."))
    return held(user, WATCHING)


def can_pause_watch(user, rule: ReviewRule) -> Verdict:
    """Who writes rules for looking first, while it is active."""
    if rule.state == ReviewRule.State.PAUSED:
        return refused(_("It is paused."))
    return held(user, WATCHING)


def draft_of(campaign: Campaign):
    """The version that is not published yet."""
    return campaign.versions.filter(published_at=None).first()


def _in(campaign: Campaign, *states: str, user) -> Verdict:
    """Who may publish, while the campaign is in one of these states."""
    if campaign.state not in states:
        return refused(_("It is %(state)s.") % {"state": campaign.get_state_display()})
    return held(user, PUBLISHING)

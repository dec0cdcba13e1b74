"""The steps of a campaign's life, as buttons in the staff console."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.enums import ActionVariant

from loyalty.campaigns import permissions
from loyalty.campaigns.errors import NothingToPublish
from loyalty.campaigns.forms import (
    BacktestForm,
    CloneForm,
    MoveForm,
    PublishForm,
    RollBackForm,
    SegmentBudgetForm,
)
from loyalty.campaigns.frame_form import ChangeForm, frame_to_be
from loyalty.campaigns.models import Backtest, Campaign, RuleVersion
from loyalty.campaigns.operations import backtests, campaigns, schedules
from members.console import ReasonForm, Step
from members.domain.actors import Actor

State = Campaign.State


def roll_back(campaign: Campaign, *, number: int, reason: str, actor: Actor) -> RuleVersion:
    """Back to the version with a number. Raises NothingToPublish when there is none."""
    version = campaign.versions.filter(number=number).first()
    if version is None:
        raise NothingToPublish()
    return campaigns.roll_back(campaign, to=version, reason=reason, actor=actor)


def read_backtest(request: HttpRequest, backtest: Backtest) -> HttpResponse:
    """To what was started."""
    return redirect("admin:campaigns_backtest_change", backtest.pk)


def to_calendar(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """Back to the calendar where it was moved on it, otherwise to its page; with a word."""
    dates = schedules.dates_to_be(campaign, permissions.draft_of(campaign))
    if schedules.as_seen(dates) == request.POST.get("seen"):
        messages.info(request, _("Its days stay as they were."))
    elif campaign.state == State.DRAFT:
        messages.success(request, _("It has been moved."))
    else:
        messages.success(request, _("It moves once somebody else has published the change."))
    if "back" not in request.GET:
        return redirect("admin:campaigns_campaign_change", campaign.pk)
    shown = QueryDict(request.GET["back"]).urlencode()
    return redirect(f"{reverse('admin:campaigns_campaign_calendar')}?{shown}")


STATES = {
    "draft": "info",
    "review": "warning",
    "scheduled": "info",
    "live": "success",
    "paused": "warning",
    "ended": "default",
}
STEPS = (
    Step(
        "submit",
        _("Submit for review"),
        _("Somebody else reads the rule and publishes it."),
        permissions.DRAFTING,
        campaigns.submit,
        can=permissions.can_submit,
        fits=lambda campaign: campaign.state == State.DRAFT,
        icon="send",
        variant=ActionVariant.PRIMARY,
    ),
    Step(
        "publish",
        _("Publish"),
        _("From now on the rule counts, and its words are fixed. A change is a new version."),
        permissions.PUBLISHING,
        campaigns.publish,
        can=permissions.can_publish,
        fits=lambda campaign: (
            campaign.state in (State.REVIEW, State.SCHEDULED, State.LIVE, State.PAUSED)
            and permissions.draft_of(campaign) is not None
        ),
        form=PublishForm,
        icon="rocket_launch",
        variant=ActionVariant.PRIMARY,
    ),
    Step(
        "send_back",
        _("Send back"),
        _("It becomes a draft again. Say what is missing."),
        permissions.DRAFTING,
        campaigns.send_back,
        can=permissions.can_send_back,
        fits=lambda campaign: campaign.state == State.REVIEW,
        form=ReasonForm,
        icon="undo",
    ),
    Step(
        "backtest",
        _("Back-test"),
        _(
            "The newest version is tried on what really happened. Nothing is written to anybody's points."
        ),
        permissions.DRAFTING,
        backtests.start,
        can=permissions.can_backtest,
        fits=lambda campaign: campaign.versions.exists(),
        form=BacktestForm,
        icon="query_stats",
        leads=read_backtest,
    ),
    Step(
        "pause",
        _("Pause"),
        _("Nothing is earned by it until it is resumed. What was earned stays."),
        permissions.PUBLISHING,
        campaigns.pause,
        can=permissions.can_pause,
        fits=lambda campaign: campaign.state == State.LIVE,
        form=ReasonForm,
        icon="pause",
        variant=ActionVariant.WARNING,
    ),
    Step(
        "resume",
        _("Resume"),
        _("It counts again from now on."),
        permissions.PUBLISHING,
        campaigns.resume,
        can=permissions.can_resume,
        fits=lambda campaign: campaign.state == State.PAUSED,
        icon="play_arrow",
        variant=ActionVariant.PRIMARY,
    ),
    Step(
        "end",
        _("End for good"),
        _("An ended campaign never comes back. What was earned stays."),
        permissions.PUBLISHING,
        campaigns.end,
        can=permissions.can_end,
        fits=lambda campaign: campaign.state in (State.SCHEDULED, State.LIVE, State.PAUSED),
        icon="stop",
        variant=ActionVariant.DANGER,
    ),
    Step(
        "withdraw",
        _("Take back"),
        _("It becomes a draft again, and what was published never comes into force."),
        permissions.PUBLISHING,
        campaigns.withdraw,
        can=permissions.can_withdraw,
        fits=lambda campaign: campaign.state == State.SCHEDULED,
        form=ReasonForm,
        icon="undo",
    ),
    Step(
        "reframe",
        _("Change the frame"),
        _("The change waits in the draft of the next version, for somebody else to publish."),
        permissions.DRAFTING,
        campaigns.revise,
        can=permissions.can_propose,
        fits=lambda campaign: campaign.state in (State.SCHEDULED, State.LIVE, State.PAUSED),
        form=ChangeForm,
        starts=frame_to_be,
        icon="tune",
    ),
    Step(
        "move",
        _("Move to …"),
        _(
            "A draft is moved at once; a scheduled campaign once somebody else publishes it. The calendar"
            " moves it the same way."
        ),
        permissions.DRAFTING,
        schedules.move,
        can=permissions.can_move,
        fits=lambda campaign: campaign.state in (State.DRAFT, State.SCHEDULED),
        form=MoveForm,
        starts=MoveForm.initial_of,
        icon="event",
        leads=to_calendar,
    ),
    Step(
        "cap_segment",
        _("Budget for a segment"),
        _(
            "A draft is changed at once; otherwise the cap waits in the next version, for somebody else to "
            "publish."
        ),
        permissions.DRAFTING,
        campaigns.cap_segment,
        can=permissions.can_cap_segment,
        fits=lambda campaign: campaign.state not in (State.REVIEW, State.ENDED),
        form=SegmentBudgetForm,
        icon="groups_2",
    ),
    Step(
        "roll_back",
        _("Roll back"),
        _(
            "An earlier version's words and frame become the next draft, for somebody else to publish."
        ),
        permissions.DRAFTING,
        roll_back,
        can=permissions.can_propose,
        fits=lambda campaign: campaign.state in (State.SCHEDULED, State.LIVE, State.PAUSED),
        form=RollBackForm,
        icon="history",
    ),
    Step(
        "clone",
        _("Copy"),
        _("A new draft with the same frame and rule; its dates are yours to set."),
        "campaigns.add_campaign",
        campaigns.clone,
        can=permissions.can_clone,
        form=CloneForm,
        icon="content_copy",
        leads=lambda request, made: redirect("admin:campaigns_campaign_change", made.pk),
    ),
)

"""Moving a campaign to other days: a draft at once, a scheduled one once a second person publishes it."""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty.campaigns.domain.days import begun_on, ended_on
from loyalty.campaigns.errors import EndsBeforeItStarts, MovedMeanwhile, NotMoved
from loyalty.campaigns.models import Campaign, RuleVersion
from loyalty.campaigns.operations import campaigns, frames
from members import clock
from members.domain.actors import Actor

State = Campaign.State
Dates = tuple[datetime | None, datetime | None]
OBSTACLES: dict[str, str | Promise] = {
    State.REVIEW: _("It is in review: what is published is what was read."),
    State.LIVE: _("It is live: its days do not move under those who earn by it."),
    State.PAUSED: _("It is paused: resume it, or change its frame."),
    State.ENDED: _("It has ended."),
}
#: Whoever changes a draft last is its author, so the one before could publish what they wrote themselves.
OTHERS = _("A change that somebody else wrote waits to be published first.")


def obstacle(campaign: Campaign, at: datetime) -> str:
    """Why it cannot be moved at this instant; empty when it can."""
    state = campaign.state
    if state == State.SCHEDULED and campaign.starts_at is not None and campaign.starts_at <= at:
        state = State.LIVE  # the sweep has not said so yet
    return str(OBSTACLES.get(state, ""))


def dates_to_be(campaign: Campaign, draft: RuleVersion | None) -> Dates:
    """From when until when it runs, with what the draft of its next version changes of it."""
    proposed = draft.frame if draft is not None else {}
    starts_at, ends_at = (
        _instant(proposed[name]) if name in proposed else getattr(campaign, name)
        for name in frames.DATES
    )
    return starts_at, ends_at


def as_seen(dates: Dates) -> str:
    """What a page shows of the dates, in one word; a move says what it was made from."""
    return "/".join(at.isoformat() if at else "-" for at in dates)


@transaction.atomic
def move(
    campaign: Campaign,
    *,
    seen: str,
    actor: Actor,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Campaign:
    """Have it start, or end with, another day of the programme's zone; the time of day stays, and so does
    what is not named. `seen` is what the page showed.

    Raises NotMoved for what must not move, MovedMeanwhile when the dates are others by now, and
    EndsBeforeItStarts.
    """
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if why := obstacle(campaign, clock.now()):
        raise NotMoved(why=why)
    draft = _draft(campaign)
    if campaign.state == State.SCHEDULED and _is_of_somebody_else(draft, actor):
        raise NotMoved(why=OTHERS)
    starts_at, ends_at = dates = dates_to_be(campaign, draft)
    if seen != as_seen(dates):
        raise MovedMeanwhile()
    zone = settings.PROGRAMME_TIME_ZONE
    moved = {}
    if starts_on is not None:
        moved["starts_at"] = starts_at = begun_on(starts_on, starts_at, zone)
    if ends_on is not None:
        moved["ends_at"] = ends_at = ended_on(ends_on, ends_at, zone)
    if starts_at is not None and ends_at is not None and starts_at >= ends_at:
        raise EndsBeforeItStarts()
    if (starts_at, ends_at) == dates:
        return campaign
    return campaigns.revise(campaign, actor=actor, **moved)


def _draft(campaign: Campaign) -> RuleVersion | None:
    return campaign.versions.filter(published_at=None).first()


def _is_of_somebody_else(draft: RuleVersion | None, actor: Actor) -> bool:
    return draft is not None and draft.drafted_by_id not in (None, actor.id)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

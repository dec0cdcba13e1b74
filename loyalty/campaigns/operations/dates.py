"""Campaigns whose day has come: those that begin, and those that are over.

What counts goes by the dates themselves, to the instant; this only says so in their state.
"""

from datetime import datetime

from loyalty.campaigns.models import Campaign
from loyalty.campaigns.operations import campaigns
from members.domain.actors import Actor
from members.operations.sweeps import Tally

SYSTEM = Actor.system("sweep:campaign_dates")
State = Campaign.State


def campaign_dates(since: datetime, until: datetime) -> Tally:
    """Scheduled campaigns that have begun by `until` are live; those whose last instant has passed have
    ended then."""
    over = Campaign.objects.filter(
        state__in=[State.SCHEDULED, State.LIVE, State.PAUSED], ends_at__lte=until
    )
    begun = Campaign.objects.filter(state=State.SCHEDULED, starts_at__lte=until)
    moved = 0
    for campaign in over.select_for_update(skip_locked=True).order_by("pk"):
        campaigns.run_out(campaign, actor=SYSTEM)
        moved += 1
    for campaign in begun.select_for_update(skip_locked=True).order_by("pk"):
        campaigns.begin(campaign, actor=SYSTEM)
        moved += 1
    return Tally(until, moved, moved)

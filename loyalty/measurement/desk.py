"""The console's first page: today's work, every number opening the list that it counts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from events_directory.models import GrantApplication, MicroEvent
from loyalty.campaigns.models import Campaign, Referral, ReviewCase
from loyalty.measurement import figures
from loyalty.measurement.permissions import can_read_liability
from loyalty.measurement.sidebar import list_address, may_see
from loyalty.rewards.models import Redemption, Reward
from members import clock
from members.domain.calendar import local_date
from members.models import Activity, Adjustment, Balance, Job, Member
from recognition.models import NominationCycle

#: So long before its end a campaign is worth a look.
SOON = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Pile:
    """Work of one kind: what it is called, its rows, and the filter that makes the list show them."""

    title: str | Promise
    icon: str
    rows: Callable[[], QuerySet[Any]]
    filter: str | Callable[[], str]
    is_alarm: bool = False


def _ending() -> dict[str, Any]:
    """Campaigns in force that end soon. Told to the minute, so that the number and its list agree."""
    now = clock.now().replace(second=0, microsecond=0)
    return {"state__exact": "live", "ends_at__gte": now, "ends_at__lt": now + SOON}


def _dead_deliveries() -> QuerySet[Any]:
    """Connectors lie beside measurement: their lists are known by name, as in the sidebar. A test that
    failed is nobody's work."""
    label = "connectors.webhookdelivery"
    return apps.get_model(label)._default_manager.filter(state="dead", is_test=False)


PILES = (
    Pile(
        _("Campaigns to publish"),
        "rate_review",
        lambda: Campaign.objects.filter(state=Campaign.State.REVIEW),
        "state__exact=review",
    ),
    Pile(
        _("Campaigns that end within a week"),
        "event_busy",
        lambda: Campaign.objects.filter(**_ending()),
        lambda: urlencode(_ending()),
    ),
    Pile(
        _("Referrals to look at"),
        "group_add",
        lambda: Referral.objects.to_review(),
        "state__exact=flagged",
    ),
    Pile(
        _("Cases to look at"),
        "policy",
        lambda: ReviewCase.objects.open(),
        "state__exact=open",
    ),
    Pile(
        _("Adjustments waiting for a second person"),
        "exposure",
        lambda: Adjustment.objects.filter(state=Adjustment.State.PROPOSED),
        "state__exact=proposed",
    ),
    Pile(
        _("Redemptions to hand over"),
        "shopping_bag",
        lambda: Redemption.objects.to_hand_over(),
        "waits=hands",
    ),
    Pile(
        _("Rewards running low"),
        "production_quantity_limits",
        lambda: Reward.objects.running_low(),
        "left=low",
    ),
    Pile(
        _("Events to review"),
        "event_available",
        lambda: MicroEvent.objects.filter(state=MicroEvent.State.IN_REVIEW),
        "state__exact=in_review",
    ),
    Pile(
        _("Grant applications"),
        "volunteer_activism",
        lambda: GrantApplication.objects.filter(state=GrantApplication.State.SUBMITTED),
        "state__exact=submitted",
    ),
    Pile(
        _("Nominations to decide"),
        "how_to_vote",
        lambda: NominationCycle.objects.filter(state=NominationCycle.State.JUDGING),
        "state__exact=judging",
    ),
    Pile(
        _("Parked activities"),
        "pause_circle",
        # What a person looks at is in the queue of cases.
        lambda: Activity.objects.filter(status=Activity.Status.PARKED).exclude(
            review__state=ReviewCase.State.OPEN
        ),
        "status__exact=parked&looked_at=no",
        is_alarm=True,
    ),
    Pile(
        _("Quarantined activities"),
        "report",
        lambda: Activity.objects.filter(status=Activity.Status.QUARANTINED),
        "status__exact=quarantined",
        is_alarm=True,
    ),
    Pile(
        _("Jobs that gave up"),
        "error",
        lambda: Job.objects.filter(state=Job.State.DEAD),
        "state__exact=dead",
        is_alarm=True,
    ),
    Pile(
        _("Webhooks that were not taken"),
        "outbox",
        _dead_deliveries,
        "state__exact=dead&is_test__exact=0",
        is_alarm=True,
    ),
    Pile(
        _("Frozen accounts"),
        "ac_unit",
        lambda: Balance.objects.filter(is_frozen=True),
        "is_frozen__exact=1",
        is_alarm=True,
    ),
)


def todays_work(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's call for the first page: the piles this user may work on, and the figures."""
    context["piles"] = [_counted(pile) for pile in PILES if may_see(request, _label(pile))]
    context["member_list"] = may_see(request, "members.member") and list_address("members.member")
    if context["member_list"]:
        context["member_count"] = Member.objects.active().count()
    if may_see(request, "members.entry"):
        context["unit_figures"] = figures.by_unit(clock.now())
        context["entry_list"] = list_address("members.entry")
        if can_read_liability(request.user):
            context["liability"] = reverse("admin:measurement_liabilityrate_report")
            today = local_date(clock.now(), settings.PROGRAMME_TIME_ZONE)
            context["month"] = (today.replace(day=1), today)
    return context


def _label(pile: Pile) -> str:
    return pile.rows().model._meta.label_lower


def _counted(pile: Pile) -> dict[str, Any]:
    count = pile.rows().count()
    filters = pile.filter if isinstance(pile.filter, str) else pile.filter()
    return {
        "title": pile.title,
        "icon": pile.icon,
        "count": count,
        "link": f"{list_address(_label(pile))}?{filters}",
        "is_urgent": pile.is_alarm and count > 0,
    }

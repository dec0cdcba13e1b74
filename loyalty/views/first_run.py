"""What a newcomer is shown to do first: three steps, each worth points by an ordinary campaign."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, Q, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from loyalty.campaigns.models import Campaign, RuleVersion
from loyalty.rewards.operations.wishes import SAVING_FOR
from members import clock
from members.domain.actors import Actor
from members.domain.calendar import local_date
from members.models import Activity, Member, MemberAttribute, MemberTag
from members.operations import activities, traits
from members.views import toasts
from members.views.guards import SignedInRequest, member_page

#: The steps: the kind of activity that each is, in the order they are shown.
PROFILE, READ, WISH = STEPS = ("profile.completed", "content.viewed", "wishlist.added")
#: What `content.viewed` says about the page on how it all works.
HOW_IT_WORKS = "how-it-works"
DISMISSED = "first-steps-dismissed"
#: So long somebody is a newcomer.
NEW_FOR = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: which kind, whether it is done, and the points it brings today (0: none)."""

    kind: str
    is_done: bool
    points: int


@dataclass(frozen=True, slots=True)
class Newcomer:
    """The steps that are shown (none: not a newcomer, dismissed, or all done), and for which reward
    the member saves up (its slug, empty for none)."""

    steps: tuple[Step, ...]
    saving_for: str

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(step.is_done for step in self.steps)


def newcomer_of(member: Member, at: datetime) -> Newcomer:
    """One query; one more while there are steps to show."""
    done = Activity.objects.filter(member=member, kind__in=STEPS).values("kind").distinct()
    wish = MemberAttribute.objects.filter(member=member, name=SAVING_FOR).values("value")
    is_dismissed, kinds, saving_for = Member.objects.values_list(
        Exists(_dismissed(member, at)), ArraySubquery(done), Subquery(wish)
    ).get(pk=member.pk)
    is_new = local_date(at, member.time_zone) < member.joined_on + NEW_FOR
    if not is_new or is_dismissed or set(kinds) == set(STEPS):
        return Newcomer((), saving_for or "")
    points = _points(at)
    steps = tuple(Step(kind, kind in kinds, points.get(kind, 0)) for kind in STEPS)
    return Newcomer(steps, saving_for or "")


def _dismissed(member: Member, at: datetime) -> QuerySet[MemberTag]:
    return MemberTag.objects.living_at(at).filter(member=member, name=DISMISSED)


def _points(at: datetime) -> dict[str, int]:
    """What each step brings, by the public campaigns that are live today."""
    rules = RuleVersion.objects.filter(
        Q(in_force_from=None) | Q(in_force_from__lte=at),
        published_at__isnull=False,
        in_force_until=None,
        campaign__state=Campaign.State.LIVE,
        campaign__is_public=True,
        triggers__overlap=list(STEPS),
    )
    found: dict[str, int] = {}
    for triggers, effects in rules.values_list("triggers", "effects"):
        points = sum(
            effect.get("amount", 0) for effect in effects if effect.get("unit") == "points"
        )
        for kind in triggers:
            found[kind] = found.get(kind, 0) + points
    return found


@require_POST
@member_page
def reading(request: SignedInRequest, member: Member) -> HttpResponse:
    """The member has read how it works; once."""
    activities.record(
        READ,
        member=member,
        source="portal",
        external_id=f"read:{member.pk}:{HOW_IT_WORKS}",
        payload={"content": HOW_IT_WORKS},
        actor=Actor.user(request.user),
    )
    messages.success(
        request, _("Thank you for reading. What it brings is on your statement in a moment.")
    )
    return redirect("home")


@require_POST
@member_page
def dismissal(request: SignedInRequest, member: Member) -> HttpResponse:
    """The member does without the first steps; what they bring can still be had."""
    now = clock.now()
    if not _dismissed(member, now).exists():
        cause = f"{DISMISSED}:{member.pk}:{now.isoformat()}"
        traits.tag(member, name=DISMISSED, cause=cause, actor=Actor.user(request.user))
    toasts.say(request, _("The first steps are put away."), undo=reverse("first_run_return"))
    return redirect("home")


@require_POST
@member_page
def back_again(request: SignedInRequest, member: Member) -> HttpResponse:
    """The member wants to see the first steps after all."""
    traits.untag(member, name=DISMISSED, actor=Actor.user(request.user))
    return redirect("home")

"""A moment of delight when a tier or a badge is won: shown at home, once for a member, wherever they look.

What was won is an activity (`badge.awarded`, `tier.changed`); that a member has seen it is a decision about
them, so it is kept once however many browsers and presses there are.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import CharField, Exists, OuterRef
from django.db.models.functions import Cast
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members import clock
from members.models import Activity, Decision, Member, Tier, TierPeriod
from members.operations import decisions
from members.views.guards import SignedInRequest, member_page
from recognition.models import BadgeAward

KIND = "celebrated"
WON = ("badge.awarded", "tier.changed")
#: What was won longer ago is no news.
NEWS = timedelta(days=14)
#: So many at once leave the balance on the first screen of a phone.
MOST = 2
#: So many are looked through for those: of some nothing is left to celebrate.
LOOKED_THROUGH = 20


@dataclass(frozen=True, slots=True)
class Moment:
    """What was won: its activity, the words, where to read on, and what the medal looks like."""

    activity_id: int
    title: str
    text: str
    href: str
    icon: str
    metal: str


def moments_of(member: Member, at: datetime) -> list[Moment]:
    """What the member has won lately and not seen yet, newest first. One query; two more when there is
    something."""
    rows = list(_unseen(member, at).order_by("-occurred_at", "-pk")[:LOOKED_THROUGH])
    if not rows:
        return []
    awards = BadgeAward.objects.live().filter(member=member).select_related("badge")
    known = {f"badge:{award.pk}": award for award in awards.filter(awarded_at__gt=at - NEWS)}
    held = TierPeriod.objects.filter(member=member, ends_at=None).select_related("tier", "group")
    tiers = {(period.group.slug, period.tier.slug): period.tier for period in held}
    moments = []
    for row in rows:
        award = known.get(row.external_id)
        tier = tiers.get((row.payload.get("group", ""), row.payload.get("tier", "")))
        if award is not None:
            moments.append(_badge(row, award))
        elif tier is not None and row.kind == "tier.changed":
            moments.append(_tier(row, tier))
    return moments[:MOST]


def _unseen(member: Member, at: datetime):
    seen = Decision.objects.filter(
        member=OuterRef("member"),
        kind=KIND,
        occurrence=Cast(OuterRef("pk"), CharField()),
    )
    return Activity.objects.filter(
        ~Exists(seen), member=member, kind__in=WON, source="laurel", occurred_at__gt=at - NEWS
    ).exclude(kind="tier.changed", payload__direction="down")


def _badge(row: Activity, award: BadgeAward) -> Moment:
    badge = award.badge
    title = _("You have won “%(badge)s”.") % {"badge": badge.name}
    href = reverse("awards:award", args=(award.slug,))
    return Moment(row.pk, title, award.reason, href, badge.motif, badge.metal)


def _tier(row: Activity, tier: Tier) -> Moment:
    title = _("%(tier)s is yours.") % {"tier": tier.name}
    metal = tier.slug if tier.slug in ("bronze", "silver", "gold") else ""
    return Moment(row.pk, title, tier.benefits, reverse("programme"), "crown", metal)


@require_POST
@member_page
def seen(request: SignedInRequest, member: Member) -> HttpResponse:
    """The member has seen these; what is not theirs, or not a number, is passed over."""
    named = {
        int(each) for each in request.POST.getlist("moment") if each.isdecimal() and len(each) < 18
    }
    own = _unseen(member, clock.now()).filter(pk__in=named).values_list("pk", flat=True)
    decisions.remember(KIND, [(member.pk, str(pk), "seen") for pk in own])
    return redirect("home")

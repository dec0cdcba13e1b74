"""What Ctrl-K finds: members, campaigns, what can be done, and lists; each only for who may open it.

A handful of queries whatever there is: members are found by the beginning of their reference, e-mail
address or names, from indexes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.dataclasses import SearchResult

from loyalty.campaigns.models import Campaign
from loyalty.measurement.sidebar import GROUPS, list_address, may_see
from members.models import Member
from members.permissions import can_see_contact

#: As many of a sort as are looked through at a glance.
MOST = 8
#: One letter begins too many names.
SHORTEST = 2
MEMBER, CAMPAIGN = "members.member", "campaigns.campaign"


@dataclass(frozen=True, slots=True)
class Deed:
    """What can be done from anywhere: its name, where it is done, and the permission it takes."""

    name: str | Promise
    icon: str
    address: str
    permission: str


DEEDS = (
    Deed(
        gettext_lazy("New campaign"),
        "campaign",
        "admin:campaigns_campaign_add",
        "campaigns.add_campaign",
    ),
    Deed(
        gettext_lazy("New campaign from a recipe"),
        "menu_book",
        "admin:campaigns_campaign_recipes",
        "campaigns.add_campaign",
    ),
    Deed(
        gettext_lazy("New segment"),
        "groups_2",
        "admin:audiences_segment_add",
        "audiences.add_segment",
    ),
    Deed(
        gettext_lazy("New reward"),
        "storefront",
        "admin:rewards_reward_add",
        "rewards.add_reward",
    ),
    Deed(
        gettext_lazy("New badge"),
        "workspace_premium",
        "admin:recognition_badge_add",
        "recognition.add_badge",
    ),
    Deed(
        gettext_lazy("Calendar"),
        "calendar_month",
        "admin:campaigns_campaign_calendar",
        "campaigns.view_campaign",
    ),
    Deed(
        gettext_lazy("Liability report"),
        "request_quote",
        "admin:measurement_liabilityrate_report",
        "measurement.view_liabilityrate",
    ),
    Deed(
        gettext_lazy("Import activities or members"),
        "upload",
        "admin:connectors_import_add",
        "connectors.add_import",
    ),
)
#: Asked with this word before a name, the palette leads straight to the step.
STEPS_OF_A_MEMBER = (
    (gettext_lazy("adjust"), gettext_lazy("Adjust points of %(member)s"), "exposure", "adjust"),
    (gettext_lazy("view"), gettext_lazy("View as %(member)s"), "visibility", "view_as"),
)
_MAY = {"adjust": "members.add_adjustment", "view_as": "members.view_as_member"}


def found(request: HttpRequest, asked: str) -> list[SearchResult]:
    """What leads somewhere from these words, the likeliest first."""
    sources: tuple[Callable[[HttpRequest, str], Iterator[SearchResult]], ...] = (
        _steps,
        _members,
        _deeds,
        _campaigns,
        _lists,
    )
    return [result for source in sources for result in source(request, asked)]


def _members(request: HttpRequest, asked: str) -> Iterator[SearchResult]:
    if len(asked) < SHORTEST or not may_see(request, MEMBER):
        return
    for member in _beginning(request, asked):
        link = reverse("admin:members_member_change", args=(member.pk,))
        told = f"{_('Member')} · {member.ref}"
        yield SearchResult(title=str(member), description=told, link=link, icon="person")


def _beginning(request: HttpRequest, asked: str) -> QuerySet[Member]:
    """Nobody finds out letter by letter an address that they may not see."""
    is_open = bool(can_see_contact(request.user))
    return Member.objects.beginning(asked, whole_address=not is_open)[:MOST]


def _steps(request: HttpRequest, asked: str) -> Iterator[SearchResult]:
    """“adjust amara” leads to adjusting Amara's points."""
    word, _space, name = asked.partition(" ")
    if len(name) < SHORTEST or not may_see(request, MEMBER):
        return
    for begins, title, icon, step in STEPS_OF_A_MEMBER:
        if not str(begins).startswith(word.lower()) or not request.user.has_perm(_MAY[step]):
            continue
        for member in _beginning(request, name):
            link = reverse(f"admin:members_member_{step}", args=(member.pk,))
            told = title % {"member": member}
            yield SearchResult(title=told, description=member.ref, link=link, icon=icon)


def _deeds(request: HttpRequest, asked: str) -> Iterator[SearchResult]:
    for deed in DEEDS:
        if request.user.has_perm(deed.permission) and _says(str(deed.name), asked):
            link = reverse(deed.address)
            yield SearchResult(title=str(deed.name), description=_("Do"), link=link, icon=deed.icon)


def _campaigns(request: HttpRequest, asked: str) -> Iterator[SearchResult]:
    if not may_see(request, CAMPAIGN):
        return
    wanted = Q(name__icontains=asked) | Q(slug__startswith=asked.lower())
    for campaign in Campaign.objects.filter(wanted).order_by("-pk")[:MOST]:
        link = reverse("admin:campaigns_campaign_change", args=(campaign.pk,))
        told = f"{_('Campaign')} · {campaign.get_state_display()}"
        yield SearchResult(title=campaign.name, description=told, link=link, icon="campaign")


def _lists(request: HttpRequest, asked: str) -> Iterator[SearchResult]:
    for group, places in GROUPS:
        for label, icon in places:
            name = str(apps.get_model(label)._meta.verbose_name_plural).capitalize()
            if _says(name, asked) and may_see(request, label):
                yield SearchResult(
                    title=name, description=str(group), link=list_address(label), icon=icon
                )


def _says(name: str, asked: str) -> bool:
    """Whether each word that is asked for begins a word of the name."""
    words = name.lower().split()
    return all(any(word.startswith(part) for word in words) for part in asked.lower().split())

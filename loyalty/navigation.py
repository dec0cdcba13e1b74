"""The ways through the house: which doors the header offers to whom.

Paths are those of the public contract. A door is shown only when a room answers behind it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from events_directory.models import Partner
from governance.models import Seat
from loyalty.messaging.models import Message
from members.models import Member, User
from members.views.viewing import is_seen


@dataclass(frozen=True, slots=True)
class Door:
    """A page of the first level: where, what it is called, its icon."""

    href: str
    label: str | Promise
    icon: str
    is_current: bool = False


MEMBER = (
    Door("/", _("Home"), "house"),
    Door("/points/", _("Points"), "coins"),
    Door("/rewards/", _("Rewards"), "gift"),
    Door("/badges/", _("Badges"), "award"),
    Door("/events/", _("Events"), "calendar-days"),
    Door("/leaderboards/", _("Leaderboards"), "trophy"),
    Door("/nominations/", _("Nominations"), "vote"),
)
VISITOR = (
    Door("/events/", _("Events"), "calendar-days"),
    Door("/badges/", _("Badges"), "award"),
)
ACCOUNT = (
    Door("/referrals/", _("Bring a friend"), "users"),
    Door("/account/preferences/", _("Preferences"), "settings"),
    Door("/account/messages/", _("Messages"), "bell"),
    Door("/account/security/", _("Security"), "shield-check"),
    Door("/account/email/", _("E-mail address"), "mail"),
    Door("/account/password/change/", _("Password"), "lock"),
    Door("/account/2fa/", _("Passkeys and second factor"), "key-round"),
    Door("/account/sessions/", _("Signed-in devices"), "monitor"),
    Door("/account/privacy/", _("Privacy"), "eye"),
)
PARTNER = (
    Door("/partner/", _("Overview"), "briefcase"),
    Door("/events/", _("Events"), "calendar-days"),
)
COMMITTEE = (
    Door("/committee/", _("My cases"), "scale"),
    Door("/nominations/", _("Nominations"), "vote"),
)
PARTNER_DESK = Door("/partner/", _("Partner console"), "briefcase")
COMMITTEE_DESK = Door("/committee/", _("Committee desk"), "scale")
STAFF_DESK = Door("/admin/", _("Staff console"), "wrench")


@cache
def _is_open_to_staff(path: str) -> bool:
    """Whether whoever views as a member finds the page."""
    return is_seen(resolve(path).func)


@cache
def _answers(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


class Navigation:
    """What one request's header, menus and desks offer; each list is made when a template asks."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    def _doors(self, doors: Iterable[Door]) -> list[Door]:
        here = self._request.path
        return [
            Door(
                door.href,
                door.label,
                door.icon,
                here == door.href or (door.href.count("/") > 1 and here.startswith(door.href)),
            )
            for door in doors
            if _answers(door.href)
        ]

    @cached_property
    def member(self) -> list[Door]:
        """The portal's first level; a visitor sees the public pages only."""
        doors = self._doors(MEMBER if self._request.user.is_authenticated else VISITOR)
        if self.viewed is None:
            return doors
        return [door for door in doors if _is_open_to_staff(door.href)]

    @property
    def viewed(self) -> Member | None:
        """The member whose pages these are, when it is not the reader's own."""
        return getattr(self._request, "viewed_member", None)

    @cached_property
    def account(self) -> list[Door]:
        """What a signed-in person may change about themselves."""
        return self._doors(ACCOUNT)

    @cached_property
    def _place(self) -> tuple[bool, bool, int | None]:
        """Whether the person sits at a partner's or a committee's desk, and how many messages a member
        has not read (None: no member); one query."""
        user = self._request.user
        assert user.is_authenticated  # only of them it is asked
        unread = Message.objects.waiting_to_be_read().filter(member=OuterRef("pk"))
        counted = unread.order_by().values("member").annotate(n=Count("pk")).values("n")
        own = Member.objects.of(user).annotate(n=Coalesce(Subquery(counted), 0)).values("n")
        return User.objects.values_list(
            Exists(Partner.objects.visible_to(user)), Exists(Seat.objects.of(user)), Subquery(own)
        ).get(pk=user.pk)

    @property
    def unread(self) -> int | None:
        """How many messages wait to be read; None for whoever has no inbox, and for staff who view."""
        if self.viewed is not None or not self._request.user.is_authenticated:
            return None
        return self._place[2]

    @cached_property
    def desks(self) -> list[Door]:
        """The other desks that this person may sit at."""
        user = self._request.user
        if not user.is_authenticated:
            return []
        at_partner, at_committee, _unread = self._place
        desks = (
            (PARTNER_DESK, at_partner),
            (COMMITTEE_DESK, at_committee),
            (STAFF_DESK, user.is_staff),
        )
        return self._doors(desk for desk, may_enter in desks if may_enter)

    @cached_property
    def partner(self) -> list[Door]:
        """The partner console's first level, above the organisations."""
        return self._doors(PARTNER)

    @cached_property
    def committee(self) -> list[Door]:
        """The committee desk's first level."""
        return self._doors(COMMITTEE)

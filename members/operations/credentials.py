"""Cooling off: after a change of the keys to somebody's door, points do not leave for a while.

Whoever takes an account over changes its keys first and spends next. The pause gives the owner, whose old
address is told of every change, the time to say no. `docs/adr/0030` says what begins it and what ends it.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.formats import date_format

from members import clock
from members.domain.actors import Actor
from members.errors import CoolingOff, UnprovenReturn
from members.models import CredentialChange, Member, User
from members.operations import audit

Kind = CredentialChange.Kind
#: Who has not signed in for so long shows once more that it is they, before points leave.
DORMANT = timedelta(days=365)
#: Until it is shown; no time alone proves it.
FOR_EVER = timedelta(days=36_500)


@transaction.atomic
def changed(user: User, *, kind: str, actor: Actor) -> CredentialChange:
    """Note a change, from which points stay for the programme's hours of cooling off."""
    now = clock.now()
    lasts = FOR_EVER if kind == Kind.RETURN else timedelta(hours=settings.COOLING_OFF_HOURS)
    change = CredentialChange.objects.create(user=user, kind=kind, at=now, waits_until=now + lasts)
    after = {"kind": kind, "until": change.waits_until.isoformat()}
    audit.record(user, actor=actor, verb="members.credential.changed", after=after)
    return change


@transaction.atomic
def confirm(user: User, *, proven_since: datetime | None, actor: Actor) -> int:
    """End the waiting: the member has shown something that whoever made the change need not have.

    `proven_since` is from when that proof (a second factor) has been theirs: it must have been there for
    the hours of cooling off before the change, for whoever made the change may have added it. None is a
    code sent to the address, which confirms a long absence alone. Returns how many were confirmed.
    """
    now = clock.now()
    waiting = CredentialChange.objects.select_for_update().filter(user=user).waiting_at(now)
    if proven_since is None:
        waiting = waiting.filter(kind=Kind.RETURN)
    else:
        waiting = waiting.filter(at__gte=proven_since + timedelta(hours=settings.COOLING_OFF_HOURS))
    confirmed = [change.pk for change in waiting]
    if confirmed:
        CredentialChange.objects.filter(pk__in=confirmed).update(confirmed_at=now)
        after = {"changes": len(confirmed)}
        audit.record(user, actor=actor, verb="members.credential.confirmed", after=after)
    return len(confirmed)


def obstacle(member: Member) -> CoolingOff | None:
    """Why points of this member do not leave now, as the refusal that would be raised. One query."""
    if member.user_id is None:
        return None
    waiting = CredentialChange.objects.filter(user=member.user_id).waiting_at(clock.now())
    until = waiting.aggregate(until=Max("waits_until"))["until"]
    if until is None:
        return None
    if until - clock.now() > DORMANT:
        return UnprovenReturn()
    local = until.astimezone(ZoneInfo(member.time_zone))
    return CoolingOff(until=date_format(local, "DATETIME_FORMAT"))


def refuse_waiting(member: Member, *, actor: Actor) -> None:
    """Raise CoolingOff or UnprovenReturn while the member's points stay. What the programme itself does,
    and what staff do for a member, is not held up."""
    if actor.kind == "system" or (actor.kind == "user" and actor.id != member.user_id):
        return
    refusal = obstacle(member)
    if refusal is not None:
        raise refusal

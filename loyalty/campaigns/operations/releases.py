"""Pending points whose day has come."""

from datetime import datetime

from loyalty.campaigns.models import Waiting
from loyalty.campaigns.operations import marks, people, rulebook
from loyalty.campaigns.operations.pending import resolution, still_pending
from loyalty.campaigns.operations.people import Person
from loyalty.campaigns.operations.rulebook import Rulebook
from members import clock
from members.domain.actors import Actor
from members.domain.ledger import Line
from members.domain.sentences import kept
from members.operations import accounts, ledger, tiers
from members.operations.sweeps import Tally

CHUNK = 1_000
SYSTEM = Actor.system("sweep:pending_release")


def pending_releases(since: datetime, until: datetime) -> Tally:
    """Activate pending accruals whose waiting time ended by `until`. Those of a member with a frozen
    account wait until it is not any more."""
    return accounts.despite_wrong(lambda: _release(since, until), actor=SYSTEM)


def _release(since: datetime, until: datetime) -> Tally:
    book = rulebook.current()
    due = (
        Waiting.objects.filter(due_at__lte=until)
        .exclude(member__accounts__balance__is_frozen=True)
        .select_related("effect__entry", "effect__campaign", "member")
        .order_by("due_at", "pk")
    )
    refs = {wait.member.ref for wait in due[:CHUNK]}
    found = people.lock_people(refs)
    # Read again under the locks: an activity may have settled some of them meanwhile.
    waits = [
        wait
        for wait in due[:CHUNK]
        if wait.member.ref in found and not found[wait.member.ref].is_frozen
    ]
    left = still_pending(waits)
    lines = [
        line
        for wait in waits
        if wait.pk in left
        for line in _activation(book, wait, found[wait.member.ref], left[wait.pk], until)
    ]
    posted = ledger.post(lines, at=clock.now())
    marks.tell(book.marks, lines, posted, actor=SYSTEM)
    Waiting.objects.filter(pk__in=[wait.pk for wait in waits]).delete()
    climbing = {wait.member for wait in waits if wait.effect.unit_code in book.status_units}
    if climbing:
        tiers.settle(climbing, actor=SYSTEM, at=until)
    more = len(refs) > 0 and len(waits) == CHUNK
    return Tally(since if more else until, len(waits), len(waits), more=more)


def _activation(
    book: Rulebook, wait: Waiting, person: Person, amount: int, until: datetime
) -> list[Line]:
    return resolution(
        book,
        wait.member,
        person.accounts,
        wait.effect,
        confirmed=True,
        amount=amount,
        at=wait.due_at or until,
        cause=("release", wait.effect_id),
        reason=kept("%(campaign)s: the waiting time is over")
        % {"campaign": wait.effect.campaign.name},
    )

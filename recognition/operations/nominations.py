"""Nominating somebody, and taking it back."""

from datetime import datetime

from django.db import transaction

from members import clock
from members.domain.actors import Actor
from members.models import Member
from members.operations import audit
from recognition.errors import (
    NominatedAlready,
    NoNominationsLeft,
    NoNominationsNow,
    NotYours,
    NotYourself,
    StatementMissing,
    TakenBack,
)
from recognition.models import Candidate, Nomination, NominationCycle


@transaction.atomic
def nominate(
    cycle: NominationCycle,
    *,
    nominator: Member,
    nominee: Member,
    statement: str,
    actor: Actor,
    at: datetime | None = None,
) -> Nomination:
    """Propose `nominee` in the nominator's own words. Several proposals of one person meet in one
    candidate.

    Raises NoNominationsNow, NotYourself, NominatedAlready, NoNominationsLeft or StatementMissing.
    """
    at = at or clock.now()
    cycle = NominationCycle.objects.select_for_update().get(pk=cycle.pk)
    _check(cycle, nominator, nominee, statement, at)
    candidate, _ = Candidate.objects.get_or_create(cycle=cycle, member=nominee)
    nomination = Nomination.objects.create(
        cycle=cycle,
        candidate=candidate,
        nominator=nominator,
        statement=statement.strip(),
        made_at=at,
    )
    audit.record(
        nomination,
        actor=actor,
        verb="recognition.nomination.made",
        after={"cycle": cycle.slug, "candidate": candidate.pk},
    )
    return nomination


def _check(
    cycle: NominationCycle, nominator: Member, nominee: Member, statement: str, at: datetime
) -> None:
    if not cycle.takes_nominations(at):
        raise NoNominationsNow()
    if nominator == nominee and not cycle.allows_self_nomination:
        raise NotYourself()
    mine = cycle.nominations.live().filter(nominator=nominator)
    if mine.filter(candidate__member=nominee).exists():
        raise NominatedAlready()
    if mine.count() >= cycle.limit_per_nominator:
        raise NoNominationsLeft(limit=cycle.limit_per_nominator)
    if not statement.strip():
        raise StatementMissing()


@transaction.atomic
def withdraw(
    nomination: Nomination, *, nominator: Member, actor: Actor, at: datetime | None = None
) -> Nomination:
    """Take a nomination back while the cycle takes them; it frees one of the nominator's.

    Raises NotYours, TakenBack or NoNominationsNow.
    """
    at = at or clock.now()
    cycle = NominationCycle.objects.select_for_update().get(pk=nomination.cycle_id)
    nomination = Nomination.objects.select_for_update().get(pk=nomination.pk)
    if nomination.nominator_id != nominator.pk:
        raise NotYours()
    if nomination.withdrawn_at is not None:
        raise TakenBack()
    if not cycle.takes_nominations(at):
        raise NoNominationsNow()
    nomination.withdrawn_at = at
    nomination.save(update_fields=["withdrawn_at"])
    audit.record(nomination, actor=actor, verb="recognition.nomination.withdrawn")
    return nomination

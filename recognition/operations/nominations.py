"""Nominating somebody, and taking it back."""

from datetime import datetime

from django.db import transaction

from members import clock
from members.domain.actors import Actor
from members.models import Member
from members.operations import audit, drafts
from recognition.errors import (
    Declined,
    NominatedAlready,
    NoNominationsLeft,
    NoNominationsNow,
    NotNominated,
    NotYours,
    NotYourself,
    StatementMissing,
    TakenBack,
)
from recognition.models import Candidate, Nomination, NominationCycle, NominationDraft

#: What is kept of a statement, in letters.
LONGEST_STATEMENT = 2_000


@transaction.atomic
def nominate(
    cycle: NominationCycle,
    *,
    nominator: Member,
    nominee: Member,
    statement: str,
    actor: Actor,
    version: int | None = None,
    at: datetime | None = None,
) -> Nomination:
    """Propose `nominee` in the nominator's own words. Several proposals of one person meet in one
    candidate.

    What they had begun to write about them is no draft any more; `version` is that draft's as they have it
    before them (None: they have none). Raises NoNominationsNow, NotYourself, Declined, NominatedAlready,
    NoNominationsLeft, StatementMissing, or ChangedElsewhere when other words were kept meanwhile.
    """
    at = at or clock.now()
    cycle = NominationCycle.objects.select_for_update().get(pk=cycle.pk)
    _check(cycle, nominator, nominee, statement, at)
    draft = _draft(cycle, nominator, nominee)
    drafts.check_version(draft, version, statement=statement.strip())
    candidate, _ = Candidate.objects.get_or_create(cycle=cycle, member=nominee)
    nomination = Nomination.objects.create(
        cycle=cycle,
        candidate=candidate,
        nominator=nominator,
        statement=statement.strip(),
        made_at=at,
    )
    NominationDraft.objects.filter(cycle=cycle, nominator=nominator, nominee=nominee).delete()
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
    if cycle.candidates.filter(member=nominee, declined_at__isnull=False).exists():
        raise Declined()
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


@transaction.atomic
def keep_draft(
    cycle: NominationCycle,
    *,
    nominator: Member,
    nominee: Member,
    statement: str,
    version: int,
    actor: Actor,
    at: datetime | None = None,
) -> NominationDraft:
    """Keep what somebody has written so far about one person.

    `version` is the draft's as its writer has it before them, 0 for none. The same words again are the draft
    as it is. Nobody judges a draft, so only its first keeping is in the trail. Raises NoNominationsNow,
    NominatedAlready, or ChangedElsewhere when other words were kept meanwhile.
    """
    at = at or clock.now()
    # The cycle is locked as for a nomination, so that no draft comes back beside what was sent.
    cycle = NominationCycle.objects.select_for_update().get(pk=cycle.pk)
    if not cycle.takes_nominations(at):
        raise NoNominationsNow()
    if cycle.nominations.live().filter(nominator=nominator, candidate__member=nominee).exists():
        raise NominatedAlready()
    words = statement.strip()[:LONGEST_STATEMENT]
    draft = _draft(cycle, nominator, nominee)
    if draft is None:
        draft = NominationDraft.objects.create(
            cycle=cycle, nominator=nominator, nominee=nominee, statement=words, saved_at=at
        )
        after = {"cycle": cycle.slug}
        audit.record(draft, actor=actor, verb="recognition.nomination.drafted", after=after)
    else:
        drafts.overwrite(draft, version=version, at=at, statement=words)
    return draft


def _draft(cycle: NominationCycle, nominator: Member, nominee: Member) -> NominationDraft | None:
    mine = NominationDraft.objects.filter(cycle=cycle, nominator=nominator, nominee=nominee)
    return mine.first()


@transaction.atomic
def decline(
    cycle: NominationCycle, *, nominee: Member, actor: Actor, at: datetime | None = None
) -> Candidate:
    """Somebody who was nominated would rather not be: no case is made of them in this cycle.

    Declining again changes nothing. Raises NotNominated, or NoNominationsNow once the committee has it.
    """
    at = at or clock.now()
    cycle = NominationCycle.objects.select_for_update().get(pk=cycle.pk)
    candidate = cycle.candidates.known_to(nominee).first()
    if candidate is None:
        raise NotNominated()
    if candidate.declined_at is not None:
        return candidate
    if cycle.state != NominationCycle.State.OPEN:
        raise NoNominationsNow()
    candidate.declined_at = at
    candidate.save(update_fields=["declined_at"])
    audit.record(candidate, actor=actor, verb="recognition.nomination.declined")
    return candidate

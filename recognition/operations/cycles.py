"""Nomination cycles: from the draft to the laureate.

Lock order: the cycle, then (inside governance) each case. Nominations take the cycle's lock too.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from governance.domain.blinding import names_in
from governance.models import Case, Committee, Criteria, Decision, Reason
from governance.operations import cases
from members import clock
from members.domain.actors import Actor
from members.models import Member
from members.operations import audit, relations
from recognition.domain.selection import Judged, chosen
from recognition.errors import (
    BadgeNotActive,
    BadgeWonOnce,
    CasesOpen,
    CitationMissing,
    CycleNotDraft,
    DatesReversed,
    NotJudging,
    OwnHands,
)
from recognition.models import (
    SUBJECT_TYPE,
    Badge,
    Candidate,
    Laureate,
    Nomination,
    NominationCycle,
)
from recognition.operations import badges
from recognition.operations.steps import move

State = NominationCycle.State
EDITABLE = (
    "title",
    "description",
    "criteria",
    "committee",
    "badge",
    "opens_at",
    "closes_at",
    "limit_per_nominator",
    "allows_self_nomination",
    "is_blind",
    "judging_days",
)


@transaction.atomic
def draft(
    slug: str,
    *,
    title: str,
    criteria: Criteria,
    committee: Committee,
    badge: Badge,
    opens_at: datetime,
    closes_at: datetime,
    actor: Actor,
    at: datetime | None = None,
    **fields: Any,
) -> NominationCycle:
    """A new cycle. `fields`: description, limit_per_nominator, allows_self_nomination, is_blind,
    judging_days. A known slug returns that cycle unchanged. Raises DatesReversed."""
    _check_fields(fields)
    if closes_at <= opens_at:
        raise DatesReversed()
    cycle, is_new = NominationCycle.objects.get_or_create(
        slug=slug,
        defaults={
            "title": title,
            "criteria": criteria,
            "committee": committee,
            "badge": badge,
            "opens_at": opens_at,
            "closes_at": closes_at,
            "created_at": at or clock.now(),
            **fields,
        },
    )
    if is_new:
        audit.record(
            cycle, actor=actor, verb="recognition.nomination_cycle.drafted", after={"slug": slug}
        )
    return cycle


@transaction.atomic
def edit(cycle: NominationCycle, *, actor: Actor, **fields: Any) -> NominationCycle:
    """Change a draft. Raises CycleNotDraft once it is open, DatesReversed."""
    _check_fields(fields)
    cycle = _lock(cycle)
    changed = {name: value for name, value in fields.items() if getattr(cycle, name) != value}
    if not changed:
        return cycle
    if cycle.state != State.DRAFT:
        raise CycleNotDraft()
    for name, value in changed.items():
        setattr(cycle, name, value)
    if cycle.closes_at <= cycle.opens_at:
        raise DatesReversed()
    cycle.save(update_fields=list(changed))
    audit.record(
        cycle,
        actor=actor,
        verb="recognition.nomination_cycle.edited",
        after={"fields": sorted(changed)},
    )
    return cycle


@transaction.atomic
def open(cycle: NominationCycle, *, actor: Actor) -> NominationCycle:
    """Publish the cycle with its criteria; from now on its rules stand still.

    The badge must be active, and one that can be won again, so that a laureate may be chosen twice.
    """
    cycle = _lock(cycle)
    if not cycle.badge.is_active:
        raise BadgeNotActive(badge=cycle.badge.name)
    if not cycle.badge.is_repeatable:
        raise BadgeWonOnce()
    move(cycle, State.OPEN, actor=actor, verb="recognition.nomination_cycle.opened")
    return cycle


@transaction.atomic
def close(cycle: NominationCycle, *, actor: Actor, at: datetime | None = None) -> NominationCycle:
    """Stop taking nominations and put every candidate to the committee, one case each."""
    cycle = _lock(cycle)
    move(cycle, State.JUDGING, actor=actor, verb="recognition.nomination_cycle.closed")
    for candidate in cycle.candidates.standing().select_related("member").order_by("pk"):
        _put(candidate, cycle, actor=actor, at=at)
    return cycle


@transaction.atomic
def put_again(candidate: Candidate, *, actor: Actor, at: datetime | None = None) -> Case:
    """Put a candidate whose case ended without a decision to the committee once more."""
    cycle = _lock(candidate.cycle)
    if cycle.state != State.JUDGING:
        raise NotJudging()
    return _put(candidate, cycle, actor=actor, at=at)


def _put(
    candidate: Candidate, cycle: NominationCycle, *, actor: Actor, at: datetime | None
) -> Case:
    """Open the case of one candidate; judges read the statements without the names below them."""
    nominations = list(candidate.nominations.select_related("nominator__user").order_by("pk"))
    live = [one for one in nominations if one.withdrawn_at is None]
    concerned = [candidate.member, *(one.nominator for one in nominations)]
    title = candidate.member.full_name or candidate.member.kept_name
    case = cases.open(
        cycle.committee,
        subject_type=SUBJECT_TYPE,
        subject_key=str(candidate.pk),
        title=_entry_name(candidate) if cycle.is_blind else title,
        statements=[
            {"title": gettext("Nomination %(number)s") % {"number": number}, "text": one.statement}
            for number, one in enumerate(live, start=1)
        ],
        criteria=cycle.criteria,
        interested_members=_interested(candidate.member, nominations),
        interested_users=dict.fromkeys(relations.colleagues_of(candidate.member), Reason.WORK),
        hidden_names=names_of(concerned) if cycle.is_blind else None,
        days=cycle.judging_days,
        actor=actor,
        at=at,
    )
    candidate.case = case
    candidate.save(update_fields=["case"])
    return case


def _interested(nominee: Member, nominations: Collection[Nomination]) -> dict[int, str]:
    """Which members cannot judge, and why: the nominee, whoever nominated them (also if they took it back),
    who lives with the nominee, and who works with them."""
    at_work = Member.objects.filter(user__in=relations.colleagues_of(nominee))
    found: dict[int, str] = dict.fromkeys(at_work.values_list("pk", flat=True), Reason.WORK)
    housemates = relations.housemates_of(nominee).values_list("pk", flat=True)
    found |= dict.fromkeys(housemates, Reason.HOUSEHOLD)
    found |= {one.nominator_id: Reason.NOMINATOR for one in nominations}
    return found | {nominee.pk: Reason.NOMINEE}


def _entry_name(candidate: Candidate) -> str:
    """What a candidate is called where names are hidden: the place in the order of first nominations."""
    before = candidate.cycle.candidates.filter(pk__lt=candidate.pk).count()
    return gettext("Entry %(number)s") % {"number": before + 1}


def names_of(people: Collection[Member]) -> frozenset[str]:
    """Every name, reference and address by which these people could be known in a text, also by a
    membership that became part of theirs."""
    found: set[str] = set()
    merged = Member.objects.filter(merged_into__in=people).select_related("user")
    for one in (*people, *merged):
        names = [one.given_name, one.family_name, one.full_name, one.display_name]
        addresses = [one.email]
        if one.user is not None:
            names += [one.user.first_name, one.user.last_name]
            addresses.append(one.user.email)
        found |= {one.ref, one.pseudonym, f"{one.given_name}{one.family_name}", *addresses}
        found |= {address.partition("@")[0] for address in addresses}
        found |= names_in(*names)
    return frozenset(name for name in found if len(name) > 1)


def standing(cycle: NominationCycle) -> Candidate | None:
    """Whom the committee's decisions choose. Raises CasesOpen while one is missing."""
    candidates = list(
        cycle.candidates.exclude(case=None)
        .select_related("case", "member")
        .prefetch_related("nominations")
    )
    waiting = sum(candidate.case is not None and candidate.case.is_open for candidate in candidates)
    if waiting:
        raise CasesOpen(open=waiting)
    decisions = Decision.objects.in_bulk(
        [candidate.case_id for candidate in candidates], field_name="case_id"
    )
    best = chosen(_judged(candidate, decisions[candidate.case_id]) for candidate in candidates)
    return next((candidate for candidate in candidates if candidate.pk == best), None)


def _judged(candidate: Candidate, decision: Decision) -> Judged:
    return Judged(
        candidate=candidate.pk,
        is_approved=decision.outcome == Decision.Result.APPROVED,
        mean=decision.mean,
        yes=decision.yes,
        no=decision.no,
        nominated_at=min(one.made_at for one in candidate.nominations.all()),
    )


@transaction.atomic
def decide(
    cycle: NominationCycle, *, citation: str, actor: Actor, at: datetime | None = None
) -> Laureate | None:
    """Name the laureate that the decisions choose and give them the badge with the citation.

    None when the committee approved nobody. Raises CasesOpen, or CitationMissing when there is a
    laureate and no words for them, or OwnHands when they would name themselves.
    """
    at = at or clock.now()
    cycle = _lock(cycle)
    move(cycle, State.DECIDED, actor=actor, verb="recognition.nomination_cycle.decided")
    best = standing(cycle)
    if best is None:
        return None
    if actor.kind == "user" and best.member.user_id == actor.id:
        raise OwnHands()
    if not citation.strip():
        raise CitationMissing()
    award = badges.award(
        best.member,
        badge=cycle.badge,
        key=f"cycle:{cycle.pk}",
        reason=cycle.title,
        evidence=citation,
        actor=actor,
        at=at,
    )
    laureate = Laureate.objects.create(
        cycle=cycle, candidate=best, award=award, citation=citation[:500], named_at=at
    )
    audit.record(
        laureate,
        actor=actor,
        verb="recognition.laureate.named",
        after={"cycle": cycle.slug, "candidate": best.pk},
    )
    return laureate


@transaction.atomic
def cancel(
    cycle: NominationCycle, *, reason: str, actor: Actor, at: datetime | None = None
) -> NominationCycle:
    """End the cycle without a laureate; cases still open end without a decision."""
    cycle = _lock(cycle)
    move(
        cycle,
        State.CANCELLED,
        actor=actor,
        verb="recognition.nomination_cycle.cancelled",
        reason=reason,
    )
    for candidate in cycle.candidates.filter(case__state=Case.State.OPEN).select_related("case"):
        assert candidate.case is not None  # the filter asks for its state
        cases.void(candidate.case, reason=reason, actor=actor, at=at)
    return cycle


def _lock(cycle: NominationCycle) -> NominationCycle:
    return (
        NominationCycle.objects.select_for_update(of=("self",))
        .select_related("badge", "committee", "criteria")
        .get(pk=cycle.pk)
    )


def _check_fields(fields: dict[str, Any]) -> None:
    unknown = set(fields) - set(EDITABLE)
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")

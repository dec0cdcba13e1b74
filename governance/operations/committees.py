"""Setting up committees and seating people on them."""

from datetime import datetime

from django.db import transaction

from governance.errors import AlreadySeated, ChairTaken, SeatEnded
from governance.models import BallotDraft, Committee, Seat
from members import clock
from members.domain.actors import Actor
from members.models import Member, User
from members.operations import audit


@transaction.atomic
def create(
    slug: str, *, name: str, actor: Actor, purpose: str = "", at: datetime | None = None
) -> Committee:
    """A new committee without seats. A known slug returns that committee unchanged."""
    committee, is_new = Committee.objects.get_or_create(
        slug=slug, defaults={"name": name, "purpose": purpose, "created_at": at or clock.now()}
    )
    if is_new:
        audit.record(
            committee, actor=actor, verb="governance.committee.created", after={"slug": slug}
        )
    return committee


@transaction.atomic
def change(committee: Committee, *, actor: Actor, **fields: str) -> Committee:
    """Change a committee's `name` or `purpose`."""
    if set(fields) - {"name", "purpose"}:
        raise TypeError(f"not editable: {', '.join(sorted(fields))}")
    committee = Committee.objects.select_for_update().get(pk=committee.pk)
    before = {name: getattr(committee, name) for name in fields}
    for name, value in fields.items():
        setattr(committee, name, value)
    committee.save(update_fields=list(fields))
    audit.record(
        committee, actor=actor, verb="governance.committee.changed", before=before, after=fields
    )
    return committee


@transaction.atomic
def seat(
    committee: Committee,
    *,
    user: User,
    actor: Actor,
    role: str = Seat.Role.MEMBER,
    at: datetime | None = None,
) -> Seat:
    """Seat a person from `at` on. They judge the cases opened from then on.

    Raises AlreadySeated or ChairTaken.
    """
    committee = Committee.objects.select_for_update().get(pk=committee.pk)
    taken = committee.seats.filter(ends_at=None)
    if taken.of(user).exists():
        raise AlreadySeated()
    if role == Seat.Role.CHAIR and taken.filter(role=role).exists():
        raise ChairTaken()
    held = Seat.objects.create(
        committee=committee,
        user=user,
        member=Member.objects.of(user).first(),
        role=role,
        starts_at=at or clock.now(),
    )
    audit.record(
        held,
        actor=actor,
        verb="governance.seat.taken",
        after={"committee": committee.slug, "user": user.pk, "role": role},
    )
    return held


@transaction.atomic
def end(seat: Seat, *, actor: Actor, reason: str, at: datetime | None = None) -> Seat:
    """End a seat: from `at` on its holder sees and judges nothing. Ballots cast before still count;
    those begun are gone."""
    Committee.objects.select_for_update().get(pk=seat.committee_id)
    seat = Seat.objects.select_for_update().get(pk=seat.pk)
    at = at or clock.now()
    if not seat.is_held(at):
        raise SeatEnded()
    seat.ends_at = at
    seat.save(update_fields=["ends_at"])
    BallotDraft.objects.filter(assignment__seat=seat).delete()
    audit.record(seat, actor=actor, verb="governance.seat.ended", reason=reason)
    return seat

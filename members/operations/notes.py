"""Notes of staff about members."""

from django.db import transaction

from members import clock
from members.domain.actors import Actor
from members.errors import ErasedMember, NothingSaid
from members.models import Member, MemberNote, User
from members.operations import audit


@transaction.atomic
def write(member: Member, *, text: str, by: User, actor: Actor) -> MemberNote:
    """Add a note; the trail says that one was written, not what it says. Raises NothingSaid or
    ErasedMember."""
    text = text.strip()
    if not text:
        raise NothingSaid()
    member = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if member.erased_at is not None:
        raise ErasedMember(member=member.ref)
    note = MemberNote.objects.create(
        member=member, text=text[:2000], written_by=by, written_at=clock.now()
    )
    audit.record(member, actor=actor, verb="members.note.written")
    return note

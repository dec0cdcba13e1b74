"""Whose sign-in leads to a member that was two."""

from django.db import transaction

from members.domain.actors import Actor
from members.errors import StaffSignIn, TwoSignIns
from members.models import Member, User
from members.operations import audit


@transaction.atomic
def join(source: Member, target: Member, *, keeps: str, actor: Actor) -> dict[str, int | None]:
    """Have one sign-in lead to `target`; answers whose they were, and which was closed.

    Where both have one, `keeps` says whose stays, "source" or "target"; the other is closed. Raises
    TwoSignIns or StaffSignIn.
    """
    before = {"source": source.user_id, "target": target.user_id, "closed": None}
    if source.user_id is not None and target.user_id is not None:
        if keeps not in ("source", "target"):
            raise TwoSignIns()
        closed = source.user if keeps == "target" else target.user
        assert closed is not None  # both have one
        if closed.is_staff or closed.is_superuser:
            raise StaffSignIn()
        if closed.is_active:
            before["closed"] = closed.pk
            _set_active(closed, is_active=False, actor=actor)
    if target.user_id is None or (source.user_id is not None and keeps == "source"):
        _assign(source, target, target.user_id, source.user_id)
    return before


@transaction.atomic
def part(source: Member, target: Member, *, before: dict[str, int | None], actor: Actor) -> None:
    """Have the sign-ins lead where they led before; one that was closed is open again."""
    if {source.user_id, target.user_id} == {before["source"], before["target"]}:
        _assign(source, target, before["source"], before["target"])
    for user in User.objects.filter(pk__in=[before["closed"] or 0], is_active=False):
        _set_active(user, is_active=True, actor=actor)


def _assign(source: Member, target: Member, of_source: int | None, of_target: int | None) -> None:
    """One sign-in leads to one member, so both let go first."""
    Member.objects.filter(pk__in=[source.pk, target.pk]).update(user=None)
    for member, user_id in ((source, of_source), (target, of_target)):
        member.user_id = user_id
        member.save(update_fields=["user"])


def _set_active(user: User, *, is_active: bool, actor: Actor) -> None:
    User.objects.filter(pk=user.pk).update(is_active=is_active)
    verb = "members.user.opened" if is_active else "members.user.closed"
    audit.record(user, actor=actor, verb=verb)

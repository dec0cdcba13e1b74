"""Awards that their holders take along: making the signed file, and taking it back."""

import secrets
from datetime import datetime

from django.db import transaction

from members import clock
from members.domain.actors import Actor
from members.models import Member
from members.operations import audit
from recognition import issuing, signing
from recognition.domain.credentials import Content
from recognition.domain.status_list import PLACES, entry
from recognition.errors import NotYours, TimeOver
from recognition.models import BadgeAward, Credential
from recognition.models.badges import new_slug


@transaction.atomic
def make(award: BadgeAward, *, holder: Member, with_name: bool, actor: Actor) -> Credential:
    """The award as a signed credential; with the holder's own name in it if they want that.

    The same again is the one there is; another wish takes that back and makes a new one. Raises NotYours
    (also for what was revoked) or TimeOver.
    """
    award, holder = _lock(award, holder)
    now = clock.now()
    until = award.valid_until
    if not award.is_live:
        raise NotYours()
    if until is not None and until <= now:
        raise TimeOver()
    name = holder.full_name if with_name else ""
    there = award.credentials.standing().first()
    if there is not None and there.holder_name == name:
        return there
    if there is not None:
        _withdraw(there, at=now, actor=actor)
    slug, index = new_slug(), _free_place()
    made = Credential.objects.create(
        slug=slug,
        status_index=index,
        award=award,
        holder_name=name,
        token=_signed(award, slug=slug, index=index, name=name, until=until),
        made_at=now,
        valid_until=until,
    )
    named = {"with_name": bool(name)}
    audit.record(made, actor=actor, verb="recognition.credential.made", after=named)
    return made


@transaction.atomic
def take_back(award: BadgeAward, *, holder: Member, actor: Actor) -> None:
    """What was given away of this award counts no more. Taking back nothing is fine. Raises NotYours."""
    award, _holder = _lock(award, holder)
    for credential in award.credentials.standing():
        _withdraw(credential, at=clock.now(), actor=actor)


def _lock(award: BadgeAward, holder: Member) -> tuple[BadgeAward, Member]:
    """Both as they are now; first the member, as an erasure does, then the award."""
    holder = Member.objects.select_for_update(of=("self",), no_key=True).get(pk=holder.pk)
    found = BadgeAward.objects.select_for_update(of=("self",)).select_related("badge")
    award = found.get(pk=award.pk)
    if award.member_id != holder.pk or holder.erased_at is not None:
        raise NotYours()
    return award, holder


def _free_place() -> int:
    """A place in the newest list of states that nobody has had, drawn by lot."""
    first = (issuing.status_lists() - 1) * PLACES
    while True:
        index = first + secrets.randbelow(PLACES)
        if not Credential.objects.filter(status_index=index).exists():
            return index


def _withdraw(credential: Credential, *, at: datetime, actor: Actor) -> None:
    credential.withdrawn_at = at
    credential.save(update_fields=["withdrawn_at"])
    audit.record(credential, actor=actor, verb="recognition.credential.withdrawn")


def _signed(award: BadgeAward, *, slug: str, index: int, name: str, until: datetime | None) -> str:
    content = Content(
        id=issuing.address("awards:credential", slug),
        # Whose it is says nothing of them: another one in every credential.
        subject=f"{issuing.address('awards:credential', slug)}#holder",
        issuer=issuing.issuer(),
        feat=issuing.feat_of(award.badge),
        won_at=award.awarded_at,
        until=until,
        holder_name=name,
        status=entry(index, address=issuing.status_list_address(index)),
    )
    return signing.sign(content.claims(), address=issuing.key_address(signing.ring()[0]))

"""Customer keys: whose they are, and giving them to members. `docs/algorithms/identity.md` explains them.

Keys are locked before everything else: shared by a purchase that names them, whole by whoever gives them.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import phonenumbers
from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from members import clock, secret_keys
from members.domain.actors import Actor
from members.domain.keys import CARD, EMAIL, NAMES, PHONE, Key, read_card, read_email
from members.errors import KeyTaken, NoKeyForOneself, UnreadableKey
from members.models import CustomerKey, Member
from members.operations import activities, audit, relations

_NOTE = """
INSERT INTO members_customerkey (kind, digest, noted_at)
SELECT kind, decode(digest, 'hex'), %s FROM unnest(%s::text[], %s::text[]) AS t(kind, digest)
ORDER BY 1, 2 ON CONFLICT (kind, digest) DO NOTHING
"""
_LOCK = """
SELECT 1 FROM members_customerkey k
WHERE (k.kind, encode(k.digest, 'hex')) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
   OR k.member_id = %s
ORDER BY k.id {lock}
"""
_READ = """
SELECT k.id, k.kind, k.digest, m.id, m.ref FROM members_customerkey k
LEFT JOIN members_member m ON m.id = k.member_id AND m.erased_at IS NULL
WHERE (k.kind, encode(k.digest, 'hex')) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
ORDER BY k.id
"""


@dataclass(frozen=True, slots=True)
class Known:
    """A key's rows, the one hashed with the secret in use first, and the member it belongs to (None:
    nobody's yet)."""

    ids: tuple[int, ...]
    member_id: int | None = None
    ref: str = ""


def read(kind: str, text: str) -> Key:
    """The key in a text. Raises UnreadableKey."""
    try:
        plain = {CARD: read_card, PHONE: _read_phone, EMAIL: read_email}[kind](text)
        digests = secret_keys.digests(plain, purpose=f"members.key.{kind}")
    except ValueError as error:
        raise UnreadableKey(kind=CustomerKey.Kind(kind).label) from error
    return Key(kind, digests)


def _read_phone(text: str) -> str:
    """A number with its country code (E.164). Raises ValueError."""
    try:
        number = phonenumbers.parse(text, settings.PROGRAMME_REGION)
    except phonenumbers.NumberParseException as error:
        raise ValueError("not a phone number") from error
    if not phonenumbers.is_possible_number(number):
        raise ValueError("not a phone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def look_up(wanted: Iterable[Key], *, at: datetime) -> dict[Key, Known]:
    """The rows of these keys, made where they are missing and locked against being given meanwhile."""
    return _locked(set(wanted), at=at, lock="FOR SHARE OF k")


def _locked(
    wanted: Collection[Key], *, at: datetime, lock: str, of: Member | None = None
) -> dict[Key, Known]:
    """Lock these keys, and those that a member has, in one order."""
    by_digest = {(key.kind, digest.hex()): key for key in wanted for digest in key.digests}
    fresh = [(key.kind, key.digest.hex()) for key in wanted]
    found: dict[Key, Known] = {}
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [at, *_columns(fresh)])
        cursor.execute(_LOCK.format(lock=lock), [*_columns(by_digest), of.pk if of else None])
        # Read by itself: who waited for a lock still sees a join as it was before.
        cursor.execute(_READ, _columns(by_digest))
        for pk, kind, digest, member_id, ref in cursor.fetchall():
            key = by_digest.get((kind, bytes(digest).hex()))
            if key is not None:
                before = found.get(key, Known(()))
                owner = before if before.member_id is not None else Known((), member_id, ref or "")
                in_use = bytes(digest) == key.digest
                ids = (pk, *before.ids) if in_use else (*before.ids, pk)
                found[key] = replace(owner, ids=ids)
    return found


def lock(values: Mapping[str, Sequence[str]], *, of: Member | None) -> None:
    """Lock these keys, and those that `of` has, before a transaction that changes them in steps."""
    wanted = {_readable(kind, text) for kind, texts in values.items() for text in texts}
    _locked({key for key in wanted if key}, at=clock.now(), lock="FOR UPDATE OF k", of=of)


def _columns(pairs: Iterable[tuple[str, str]]) -> tuple[list[str], list[str]]:
    listed = list(pairs)
    return [kind for kind, _ in listed], [digest for _, digest in listed]


@transaction.atomic
def give(member: Member, *, keys: Mapping[str, Sequence[str]], actor: Actor) -> Member:
    """Have `member` hold exactly these values of each kind named; an empty list takes all of that kind.

    What purchases named before becomes the member's, and is evaluated. Raises NoKeyForOneself,
    NotForHousehold, UnreadableKey or KeyTaken, and then nothing has changed.
    """
    relations.refuse_near(actor, member, own=NoKeyForOneself)
    wanted = {read(kind, text) for kind, values in keys.items() for text in values}
    known = _locked(wanted, at=clock.now(), lock="FOR UPDATE OF k", of=member)
    for key in wanted:
        if known[key].member_id not in (None, member.pk):
            raise KeyTaken(kind=CustomerKey.Kind(key.kind).label)
    own = CustomerKey.objects.filter(member=member, kind__in=keys)
    return _assign(member, known.values(), gone=own, actor=actor)


@transaction.atomic
def follow_email(
    member: Member, *, address: str, actor: Actor, is_verified: bool = False
) -> Member:
    """Let the member's contact address be a key of theirs, in place of the address they had before.

    It counts when the programme's people or systems told it, or when its owner has shown that it is
    theirs (`is_verified`). One that belongs to somebody else, or cannot be read, is left out.
    """
    if _is_own(member, actor) and not is_verified:
        return member
    old, new = _readable(EMAIL, member.email), _readable(EMAIL, address)
    named = {key for key in (old, new) if key}
    known = _locked(named, at=clock.now(), lock="FOR UPDATE OF k", of=member)
    taken = new is None or known[new].member_id not in (None, member.pk)
    before = known[old].ids if old else ()
    return _assign(
        member,
        [] if new is None or taken else [known[new]],
        gone=CustomerKey.objects.filter(member=member, pk__in=before),
        actor=actor,
    )


def _is_own(member: Member, actor: Actor) -> bool:
    return actor.kind == "user" and actor.id == member.user_id


def _readable(kind: str, text: str) -> Key | None:
    try:
        return read(kind, text)
    except UnreadableKey:
        return None


def _assign(
    member: Member, known: Iterable[Known], *, gone: QuerySet[CustomerKey], actor: Actor
) -> Member:
    """Take and give keys that are locked; what waits for those given is claimed. The rows of older
    secrets belong to nobody afterwards."""
    member = Member.objects.select_for_update(of=("self",)).get(pk=member.pk).heir
    known = list(known)
    kept = [row.ids[0] for row in known]
    taken = gone.exclude(pk__in=kept).update(member=None, given_at=None)
    fresh = CustomerKey.objects.filter(pk__in=kept).exclude(member=member)
    given = fresh.update(member=member, given_at=clock.now())
    if given or taken:
        audit.record(
            member,
            actor=actor,
            verb="members.keys.changed",
            after={"given": given, "taken": taken},
        )
    if given:
        activities.claim_parked(member, keys=[pk for row in known for pk in row.ids])
    return member


def kinds_of(member: Member) -> dict[str, int]:
    """How many keys of each kind a member has; the values themselves are not known."""
    counted = Counter(member.customer_keys.values_list("kind", flat=True))
    return {name: counted[kind] for name, kind in NAMES.items()}

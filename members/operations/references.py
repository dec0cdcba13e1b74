"""References of members who were erased: kept as keyed hashes, so that they are known again and read by
nobody."""

from collections.abc import Iterable
from datetime import datetime

from members import secret_keys
from members.models import ErasedReference, Member

PURPOSE = "erased-references"


def digests_of(ref: str) -> tuple[bytes, ...]:
    """Every hash under which the reference may be kept, the one in use first."""
    return secret_keys.digests(ref, purpose=PURPOSE)


def erased(refs: Iterable[str]) -> set[str]:
    """Those of these references whose members are erased. No query when there are none to ask for."""
    of = {digest: ref for ref in refs if ref for digest in digests_of(ref)}
    if not of:
        return set()
    found = ErasedReference.objects.filter(digest__in=list(of)).values_list("digest", flat=True)
    return {of[bytes(digest)] for digest in found}


def remember(member: Member, *, at: datetime) -> str:
    """Keep the reference of a member who is being erased; answers the hash as text."""
    digest = digests_of(member.ref)[0]
    ErasedReference.objects.get_or_create(digest=digest, defaults={"member": member, "at": at})
    return digest.hex()

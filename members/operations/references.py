"""References and addresses of members who were erased: kept as keyed hashes, so that they are known again
and read by nobody."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from members import secret_keys
from members.domain.keys import read_email
from members.models import ErasedAddress, ErasedReference, Member

PURPOSE, ADDRESSES = "erased-references", "erased-addresses"
#: How long an erased address is known again, so that nobody is welcomed twice: `docs/adr/0043…` says why.
KNOWN_AGAIN = timedelta(days=365)


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


def remember_addresses(addresses: Iterable[str], *, at: datetime) -> None:
    """Keep the addresses of somebody who is being erased, for a year."""
    for address in addresses:
        found = _address_digests(address)
        if found:
            ErasedAddress.objects.update_or_create(
                digest=found[0], defaults={"until": at + KNOWN_AGAIN}
            )


def came_back(address: str, *, at: datetime) -> bool:
    """Whether this address was that of somebody who was erased not long ago. No query for none."""
    found = _address_digests(address)
    return bool(found) and ErasedAddress.objects.filter(digest__in=found, until__gt=at).exists()


def _address_digests(address: str) -> tuple[bytes, ...]:
    try:
        return secret_keys.digests(read_email(address), purpose=ADDRESSES) if address else ()
    except ValueError:
        return ()

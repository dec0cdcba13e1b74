"""Creating and revoking API keys."""

from django.db import transaction

from loyalty.connectors.errors import UnknownScope
from loyalty.connectors.models import ApiKey
from members import clock
from members.domain.actors import Actor
from members.operations import audit

SCOPES = (
    "activities:write",
    "members:read",
    "members:write",
    "redemptions:write",
    "coupons:write",
    "rewards:read",
    "holds:write",
    "campaigns:read",
    "campaigns:write",
    "campaigns:write",
    "badges:read",
    "events:read",
    "events:write",
    "bookings:write",
    "grants:read",
    "grants:write",
    "nominations:read",
    "nominations:write",
    "ops",
)


@transaction.atomic
def create(
    name: str, *, scopes: list[str], actor: Actor, partner_id: int | None = None
) -> tuple[ApiKey, str]:
    """Create a key; returns it and its text, which is shown this once and stored nowhere."""
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise UnknownScope(unknown=", ".join(unknown) or "(none)", known=", ".join(SCOPES))
    text = ApiKey.new_text()
    key = ApiKey.objects.create(
        name=name,
        prefix=text[:12],
        digest=ApiKey.digest_of(text),
        scopes=sorted(set(scopes)),
        partner_id=partner_id,
        created_at=clock.now(),
    )
    audit.record(
        key, actor=actor, verb="connectors.key.created", after={"name": name, "scopes": key.scopes}
    )
    return key, text


@transaction.atomic
def revoke(key: ApiKey, *, actor: Actor) -> ApiKey:
    """Stop a key from the next request on. Revoking twice changes nothing."""
    key = ApiKey.objects.select_for_update().get(pk=key.pk)
    if key.revoked_at is None:
        key.revoked_at = clock.now()
        key.save(update_fields=["revoked_at"])
        audit.record(key, actor=actor, verb="connectors.key.revoked")
    return key


def note_use(key: ApiKey) -> None:
    """Remember the day a key was last used (once a day, so that reads stay reads)."""
    today = clock.now().date()
    if key.last_used_on != today:
        ApiKey.objects.filter(pk=key.pk).update(last_used_on=today)

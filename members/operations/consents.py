"""Agreeing and withdrawing."""

from django.db import transaction

from members import clock
from members.domain.actors import Actor
from members.models import Consent, Member
from members.operations import audit


@transaction.atomic
def record(
    member: Member,
    *,
    purpose: str,
    granted: bool,
    actor: Actor,
    channel: str = "",
    text_version: str = "",
) -> Consent:
    """Note that the member agreed to a purpose on a channel, or withdrew. The newest word counts."""
    consent = Consent.objects.create(
        member=member,
        purpose=purpose,
        channel=channel,
        granted=granted,
        text_version=text_version,
        at=clock.now(),
    )
    audit.record(
        consent,
        actor=actor,
        verb="members.consent.granted" if granted else "members.consent.withdrawn",
        after={"purpose": purpose, "channel": channel},
    )
    return consent

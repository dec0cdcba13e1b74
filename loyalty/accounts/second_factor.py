"""Who cannot do without a second factor: staff, and whoever owns a partner's organisation."""

from allauth.mfa.models import Authenticator
from django.conf import settings

from events_directory.models import PartnerSeat
from members.models import User

#: A code by heart on paper is the way back in, not a second factor of its own.
COUNTING = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def is_needed(user: User) -> bool:
    """Whether the user's rights ask for one. Switched off by REQUIRE_SECOND_FACTOR."""
    if not settings.REQUIRE_SECOND_FACTOR:
        return False
    if user.is_staff or user.is_superuser:
        return True
    owned = PartnerSeat.objects.held_now().filter(user=user, role=PartnerSeat.Role.OWNER)
    return owned.exists()


def has_one(user: User) -> bool:
    """Whether the user has one. One query."""
    return Authenticator.objects.filter(user=user, type__in=COUNTING).exists()

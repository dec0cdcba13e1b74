"""Who may create and revoke API keys."""

from django.utils.translation import gettext as _

from loyalty.connectors.models import ApiKey, WebhookDelivery, WebhookEndpoint
from members.permissions import Verdict, held, refused


def can_create_key(user) -> Verdict:
    """Superusers: what a key may do goes beyond what a person may."""
    if user.is_active and user.is_superuser:
        return held(user, "connectors.add_apikey")
    return refused(_("Only superusers create keys; staff revoke them."))


def can_revoke_key(user, key: ApiKey) -> Verdict:
    """Staff with the permission, once."""
    if key.revoked_at is not None:
        return refused(_("It has been revoked already."))
    return held(user, "connectors.change_apikey")


def can_switch_off(user, endpoint: WebhookEndpoint) -> Verdict:
    """Staff with the permission, once."""
    if not endpoint.is_active:
        return refused(_("It has been switched off already."))
    return held(user, "connectors.change_webhookendpoint")


def can_replay(user, delivery: WebhookDelivery) -> Verdict:
    """Staff with the permission, what was given up."""
    if delivery.state != WebhookDelivery.State.DEAD:
        return refused(_("Only what was given up is told again."))
    return held(user, "connectors.change_webhookdelivery")

"""Who may create and revoke API keys, and bring and take files."""

from django.utils.translation import gettext as _

from loyalty.connectors.errors import NoOverlap, StillOverlapping, SwitchedOff
from loyalty.connectors.models import ApiKey, Export, Import, WebhookDelivery, WebhookEndpoint
from members import clock
from members.permissions import ALLOWED, Verdict, held, refused

ADMINISTERING = "connectors.administer_webhookendpoint"


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


def can_add_webhook(user) -> Verdict:
    """Who administers them; no group of staff does unless told so, for what is told leaves the house."""
    return held(user, ADMINISTERING)


def can_rotate(user, endpoint: WebhookEndpoint) -> Verdict:
    """The same, unless the secret before still signs."""
    if endpoint.overlaps(clock.now()):
        return refused(str(StillOverlapping.sentence))
    return can_add_webhook(user)


def can_end_overlap(user, endpoint: WebhookEndpoint) -> Verdict:
    """The same, while two secrets sign."""
    if not endpoint.overlaps(clock.now()):
        return refused(str(NoOverlap.sentence))
    return can_add_webhook(user)


def can_choose_topics(user, endpoint: WebhookEndpoint) -> Verdict:
    """The same: it may come to hear more than before."""
    return can_add_webhook(user)


def can_switch_on(user, endpoint: WebhookEndpoint) -> Verdict:
    """The same, what is off."""
    if endpoint.is_active:
        return refused(_("It is switched on already."))
    return can_add_webhook(user)


def can_switch_off(user, endpoint: WebhookEndpoint) -> Verdict:
    """Staff with the permission, once."""
    if not endpoint.is_active:
        return refused(_("It has been switched off already."))
    return held(user, "connectors.change_webhookendpoint")


def can_send_test(user, endpoint: WebhookEndpoint) -> Verdict:
    """Staff with the permission, while it is on."""
    if not endpoint.is_active:
        return refused(str(SwitchedOff.sentence))
    return held(user, "connectors.change_webhookendpoint")


def can_replay(user, delivery: WebhookDelivery) -> Verdict:
    """Staff with the permission, what was given up."""
    if delivery.state != WebhookDelivery.State.DEAD:
        return refused(_("Only what was given up is told again."))
    return held(user, "connectors.change_webhookdelivery")


def can_export(user) -> Verdict:
    """Staff with the permission; which lists, each list decides."""
    return held(user, "connectors.add_export")


def can_fetch(user, export: Export) -> Verdict:
    """Whoever asked for it, within its day; whether they may still see the list is asked besides."""
    if export.asked_by_id != user.pk:
        return refused(_("Only who asked for it can fetch it."))
    if export.state != Export.State.READY or clock.now() >= export.ends_at:
        return refused(_("The file is not there, or not any more. Export the list anew."))
    return can_export(user)


def can_import(user) -> Verdict:
    """Staff with the permission."""
    return held(user, "connectors.add_import")


def can_begin(user, found: Import) -> Verdict:
    """The same, once it has been checked or was stopped; of members, whoever may change them."""
    if found.state not in (Import.State.CHECKED, Import.State.STOPPED):
        return refused(_("First it is checked."))
    if found.kind == Import.Kind.MEMBERS:
        return can_import(user) and held(user, "members.change_member")
    return can_import(user)


def can_stop(user, found: Import) -> Verdict:
    """The same, while it is under way."""
    return can_import(user) if found.is_moving else refused(_("It is not under way."))


def can_take_failed(user, found: Import) -> Verdict:
    """The same, while the file is there."""
    if not found.has_file:
        return refused(_("The file has been deleted."))
    return can_import(user) and ALLOWED

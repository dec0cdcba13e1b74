"""Why a connector says no."""

from django.utils.translation import gettext_lazy as _

from members.errors import Refused


class UnknownScope(Refused):
    code = "unknown_scope"
    sentence = _("Unknown scope: %(unknown)s. Known scopes: %(known)s.")


class BadWebhookAddress(Refused):
    code = "bad_webhook_address"
    sentence = _("This address cannot be called. %(why)s")


class NotGivenUp(Refused):
    code = "not_given_up"
    sentence = _("Only what was given up is told again.")

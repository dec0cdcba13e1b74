"""Why a connector says no."""

from django.utils.translation import gettext_lazy as _

from members.errors import Refused


class UnknownScope(Refused):
    code = "unknown_scope"
    sentence = _("Unknown scope: %(unknown)s. Known scopes: %(known)s.")

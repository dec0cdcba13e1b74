"""Why a connector says no."""

from django.utils.translation import gettext_lazy as _

from members.errors import Refused


class UnknownScope(Refused):
    code = "unknown_scope"
    sentence = _("Unknown scope: %(unknown)s. Known scopes: %(known)s.")


class BadWebhookAddress(Refused):
    code = "bad_webhook_address"
    sentence = _("This address cannot be called. %(why)s")


class ListensAlready(Refused):
    code = "webhook_listens_already"
    sentence = _("A webhook of this name listens at this address already.")


class NotGivenUp(Refused):
    code = "not_given_up"
    sentence = _("Only what was given up is told again.")


class FileTooLarge(Refused):
    code = "file_too_large"
    sentence = _("The file is larger than %(most)s MB. Cut it, or import it on the command line.")


class FileEmpty(Refused):
    code = "file_empty"
    sentence = _("The file has no rows below the names of its columns.")


class FileUnreadable(Refused):
    code = "file_unreadable"
    sentence = _("The file cannot be read as text. Save it as “CSV UTF-8” and bring it again.")


class ColumnsMissing(Refused):
    code = "columns_missing"
    sentence = _("Say which column holds: %(names)s.")


class NotNow(Refused):
    code = "not_now"
    sentence = _("This is not possible while the import is: %(state)s.")


class SwitchedOff(Refused):
    code = "webhook_switched_off"
    sentence = _("It is switched off, so it is told nothing.")


class StillOverlapping(Refused):
    code = "webhook_still_overlapping"
    sentence = _(
        "The secret before the current one still signs. End the overlap first, or wait until it has ended."
    )


class NoOverlap(Refused):
    code = "webhook_no_overlap"
    sentence = _("Only the current secret signs.")

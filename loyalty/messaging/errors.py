"""Refusals of messaging."""

from django.utils.translation import gettext_lazy as _

from members.errors import Refused


class NoSuchQuietHours(Refused):
    code = "no_such_quiet_hours"
    sentence = _("Quiet hours need a beginning and another time at which they end.")


class NoSuchTopic(Refused):
    code = "no_such_topic"
    sentence = _("There is no such topic or channel.")

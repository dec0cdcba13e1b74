"""What a partner wrote to the guests of a date."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events_directory.models.micro_events import Occurrence


class GuestNote(models.Model):
    """A few words of a partner's to one tab of a date's guests. Written once; who read it is not told.

    `guests` is how many they were; `key` makes sending idempotent.
    """

    class Audience(models.TextChoices):
        BOOKED = "booked", _("booked")
        WAITING = "waiting", _("waiting for a seat")
        ATTENDED = "attended", _("attended")
        NO_SHOW = "no_show", _("did not come")
        CANCELLED = "cancelled", _("cancelled")

    LONGEST = 1000

    occurrence = models.ForeignKey(Occurrence, on_delete=models.PROTECT, related_name="notes")
    audience = models.CharField(_("guests"), max_length=9, choices=Audience.choices)
    text = models.TextField(_("text"), max_length=LONGEST)
    guests = models.PositiveIntegerField(_("number of guests"))
    key = models.CharField(max_length=200, editable=False)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    sent_at = models.DateTimeField(_("sent at"))

    class Meta:
        verbose_name = _("note to guests")
        verbose_name_plural = _("notes to guests")
        constraints = [
            models.UniqueConstraint(fields=["occurrence", "key"], name="guest_note_key_once"),
            models.CheckConstraint(condition=Q(guests__gte=1), name="guest_note_has_guests"),
            models.CheckConstraint(condition=~Q(text=""), name="guest_note_says_something"),
        ]

    def __str__(self) -> str:
        return f"note #{self.pk}"

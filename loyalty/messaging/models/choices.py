"""What members want to be told, by which way, and when it may reach them."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loyalty.messaging.models.messages import Message
from members.models import Member


class Topic(models.TextChoices):
    """What messages are about. A campaign may call its topic anything; what is none of these is an offer."""

    EXPIRY = "expiry", _("Points that are about to expire")
    TIER = "tier", _("Your tier")
    RECOGNITION = "recognition", _("Badges and nominations")
    EVENTS = "events", _("Events you booked or wait for")
    OFFERS = "offers", _("Offers and news")

    @classmethod
    def of(cls, word: str) -> "Topic":
        """The topic that a message's own word falls under."""
        return cls(word) if word in cls.values else cls.OFFERS


class Choice(models.Model):
    """That a member wants, or does not want, to be told of a topic on a channel. No row: they do."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="message_choices")
    topic = models.CharField(_("topic"), max_length=12, choices=Topic.choices)
    channel = models.CharField(_("channel"), max_length=8, choices=Message.Channel.choices)
    is_wanted = models.BooleanField(_("wanted"))
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("choice of messages")
        verbose_name_plural = _("choices of messages")
        constraints = [
            models.UniqueConstraint(fields=["member", "topic", "channel"], name="choice_once")
        ]

    def __str__(self) -> str:
        return f"{self.topic}, {self.channel}"


class Pace(models.Model):
    """When a member may be written to, and how often. No row: at any time, whenever there is something.

    Quiet hours are on the member's own clock and may go past midnight. `most_a_day` counts e-mails of one of
    their days.
    """

    member = models.OneToOneField(
        Member, on_delete=models.PROTECT, primary_key=True, related_name="message_pace"
    )
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    most_a_day = models.PositiveSmallIntegerField(
        _("e-mails a day at most"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
    )

    class Meta:
        verbose_name = _("pace of messages")
        verbose_name_plural = _("paces of messages")
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False)
                & ~Q(quiet_from=F("quiet_until")),
                name="pace_quiet_hours_whole_or_absent",
            ),
            models.CheckConstraint(
                condition=Q(most_a_day=None) | Q(most_a_day__gte=1), name="pace_most_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quiet_from}–{self.quiet_until}"

"""What we tell members: in their inbox here, and by e-mail when they agreed to that."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import Member


class MessageQuerySet(models.QuerySet["Message"]):
    """Questions over messages."""

    def inbox(self, member: Member) -> "MessageQuerySet":
        """What the member reads on their page, newest first."""
        return self.filter(
            member=member, channel=Message.Channel.INBOX, state=Message.State.SENT
        ).order_by("-id")

    def waiting_to_be_read(self) -> "MessageQuerySet":
        """What lies unread in inboxes."""
        return self.filter(channel=Message.Channel.INBOX, state=Message.State.SENT, read_at=None)


class Message(models.Model):
    """One message on one channel, written once for its dedupe key.

    `useful_until`: after this it would be old news, and is dropped (None: never). `state_reason` says why
    it waits, or why it was dropped. `calendar` is the calendar file (RFC 5545) that its mail carries.
    """

    class Channel(models.TextChoices):
        INBOX = "inbox", _("inbox")
        EMAIL = "email", _("e-mail")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        DROPPED = "dropped", _("dropped")

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="messages")
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    topic = models.CharField(_("topic"), max_length=40)
    subject = models.CharField(_("subject"), max_length=150)
    body = models.TextField(_("text"))
    link = models.CharField(_("link"), max_length=200, blank=True)
    calendar = models.TextField(_("calendar file"), blank=True, default="")
    dedupe_key = models.CharField(max_length=150)
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    state_reason = models.CharField(_("reason"), max_length=100, blank=True)
    created_at = models.DateTimeField(_("created at"))
    sent_at = models.DateTimeField(_("sent at"), null=True)
    read_at = models.DateTimeField(_("read at"), null=True)
    useful_until = models.DateTimeField(_("useful until"), null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "topic", "dedupe_key", "channel"], name="message_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["member"],
                name="message_unread",
                condition=Q(channel="inbox", state="sent", read_at=None),
            ),
            models.Index(fields=["member", "channel", "-id"], name="message_inbox"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} #{self.pk}"

"""Messages in the staff console: what was told to whom, and what became of it."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from loyalty.messaging.models import Message
from members.console import ReadOnlyAdmin


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """Every message, on every channel."""

    list_display = ("created_at", "member", "channel", "topic", "subject", "state", "sent_at")
    list_filter = ("state", "channel", "topic")
    search_fields = ("=member__ref", "subject")
    search_help_text = _("A member's reference, or the subject")
    list_select_related = ("member",)
    ordering = ("-id",)

"""What staff write down about a member, for each other."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models.members import Member


class MemberNote(models.Model):
    """One note. The member's pages never show it; the copy of their data does, for it is about them. It is
    erased with them."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField(_("note"), max_length=2000)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    written_at = models.DateTimeField(_("written at"))

    class Meta:
        verbose_name = _("note about a member")
        verbose_name_plural = _("notes about members")
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="member_note_says_something")
        ]
        indexes = [models.Index(fields=["member", "-written_at"], name="member_notes")]

    def __str__(self) -> str:
        return f"#{self.pk}"

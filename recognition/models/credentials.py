"""Awards that their holders took along, as files that anybody can check."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from recognition.models.badges import BadgeAward, new_slug


class CredentialQuerySet(models.QuerySet["Credential"]):
    """Questions over credentials."""

    def revoked(self) -> "CredentialQuerySet":
        """Those of which `is_revoked` is true."""
        member = Q(award__member__erased_at__isnull=False)
        member |= Q(award__member__merged_into__isnull=False)
        gone = Q(withdrawn_at__isnull=False) | Q(award__revoked_at__isnull=False)
        return self.filter(gone | member)

    def standing(self) -> "CredentialQuerySet":
        """Those that their holders have not taken back."""
        return self.filter(withdrawn_at=None)


class Credential(models.Model):
    """An award as a signed Open Badge: made once, when its holder asked for it, and never changed.

    `slug` is the address of its state, `status_index` its place in the lists of states for machines (None:
    it was made before there were any). `holder_name` is the name that is in it: '' unless its holder
    wanted one. `token` is what was signed; both are emptied when the holder is erased.
    """

    slug = models.CharField(max_length=22, unique=True, default=new_slug, editable=False)
    award = models.ForeignKey(BadgeAward, on_delete=models.PROTECT, related_name="credentials")
    status_index = models.PositiveIntegerField(null=True, unique=True, editable=False)
    holder_name = models.CharField(_("name in it"), max_length=210, blank=True)
    token = models.TextField(_("signed text"), blank=True)
    made_at = models.DateTimeField(_("made at"))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    objects = CredentialQuerySet.as_manager()

    class Meta:
        verbose_name = _("credential")
        verbose_name_plural = _("credentials")
        constraints = [
            models.UniqueConstraint(
                fields=["award"], condition=Q(withdrawn_at=None), name="credential_one_standing"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("made_at")),
                name="credential_made_before_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"credential {self.slug}"

    @property
    def is_revoked(self) -> bool:
        """Whether it counts no more: taken back by its holder, or the badge by who gave it, or nobody is
        left whose it could be. Reads the award and its member."""
        member = self.award.member
        is_gone = member.erased_at is not None or member.merged_into_id is not None
        return self.withdrawn_at is not None or not self.award.is_live or is_gone

    def is_expired(self, at: datetime) -> bool:
        """Whether its time is over."""
        return self.valid_until is not None and self.valid_until <= at

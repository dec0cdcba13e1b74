"""What members asked us to hand over, and what was taken out of the books when they left."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.members import Member


class MemberExportQuerySet(models.QuerySet["MemberExport"]):
    """Questions over exports."""

    def open_at(self, at: datetime) -> "MemberExportQuerySet":
        """Those that can still be fetched, or will be."""
        return self.filter(expires_at__gt=at)


class MemberExport(models.Model):
    """A copy of everything that is kept about a member, ready to be fetched until `expires_at`."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="exports")
    asked_at = models.DateTimeField(_("asked for at"))
    made_at = models.DateTimeField(_("made at"), null=True)
    expires_at = models.DateTimeField(_("can be fetched until"))
    file = models.BinaryField(null=True)

    objects = MemberExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export of a member")
        verbose_name_plural = _("exports of members")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(made_at=None, file=None)
                | models.Q(made_at__isnull=False, file__isnull=False),
                name="member_export_whole",
            )
        ]


class ErasedReference(models.Model):
    """That a reference belonged to somebody who is erased, as a keyed hash: what is told for it later is
    refused, and nobody can read whose it was."""

    digest = models.BinaryField(max_length=32, unique=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="erased_references")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("erased reference")
        verbose_name_plural = _("erased references")


class ErasedAddress(models.Model):
    """That an address was that of somebody who is erased, as a keyed hash and without a member, until
    `until`: whoever joins by it before then is no newcomer. Nobody can read whose it was."""

    digest = models.BinaryField(max_length=32, unique=True)
    until = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("erased address")
        verbose_name_plural = _("erased addresses")


class Redaction(models.Model):
    """That words were taken out of a row of sealed history, because its member was erased. Append-only.

    `sealed` is the row's hash as it was sealed, `left` that of what is left of it: the seal still holds,
    and a later change of the row still shows.
    """

    chain = models.CharField(max_length=20)
    row_id = models.BigIntegerField()
    sealed = models.BinaryField(max_length=32)
    left = models.BinaryField(max_length=32)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="redactions")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("redaction")
        verbose_name_plural = _("redactions")
        constraints = [models.UniqueConstraint(fields=["chain", "row_id"], name="redaction_once")]

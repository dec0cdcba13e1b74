"""Evidence that history was not rewritten: blocks of rows, each sealed with a hash over the last."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Seal(models.Model):
    """One block of a table's rows, from `first_id` to `last_id`, as they were when it was sealed.

    `digest` is the SHA-256 of the block before and of every row's own hash, in order; `marks` keeps
    four bytes of each row's hash, so that a changed row can be named.
    """

    chain = models.CharField(_("of"), max_length=20)
    number = models.PositiveIntegerField(_("number"))
    first_id = models.BigIntegerField(_("from"))
    last_id = models.BigIntegerField(_("to"))
    rows = models.PositiveIntegerField(_("rows"))
    digest = models.BinaryField(max_length=32)
    marks = models.BinaryField()
    sealed_at = models.DateTimeField(_("sealed at"))

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        constraints = [
            models.UniqueConstraint(fields=["chain", "number"], name="seal_numbered"),
            models.CheckConstraint(
                condition=models.Q(first_id__lte=models.F("last_id")), name="seal_covers_rows"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.chain} {self.number}"


class SealAhead(models.Model):
    """Up to which id a chain may be sealed once every transaction older than `horizon` has ended."""

    chain = models.CharField(max_length=20, primary_key=True)
    upto_id = models.BigIntegerField(default=0)
    horizon = models.BigIntegerField(default=0)

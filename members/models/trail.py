"""The audit trail: who changed what, when and why; and what the database itself saw change. Append-only."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditRow(models.Model):
    """One operation, as an auditor wants to read it. `verb` is `app.noun.verbed`."""

    at = models.DateTimeField(_("at"))
    actor_kind = models.CharField(_("kind of actor"), max_length=8)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(_("actor"), max_length=150)
    verb = models.CharField(_("verb"), max_length=80)
    subject_type = models.CharField(_("subject"), max_length=60)
    subject_id = models.CharField(max_length=60)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("audit row")
        verbose_name_plural = _("audit trail")
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="audit_subject"),
            models.Index(fields=["verb", "at"], name="audit_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_type}/{self.subject_id}"


class Change(models.Model):
    """A row of configuration that changed, as the database saw it: also by an update of many at once, or
    by a statement that no operation made. Written by the trigger `note_change` alone.

    `before` and `after` hold the columns that changed; of people only which they were (null values).
    `by_id` is the user at whose request it happened in the console.
    """

    at = models.DateTimeField()
    kind = models.CharField(max_length=6)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=60)
    by_id = models.BigIntegerField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="change_subject")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_type}/{self.subject_id}"

"""Files that staff bring and take: an import on its way from upload to done, an export until it is fetched.

The files themselves lie beside the database in a private folder (`connectors.private_files`), under names
that nobody guesses, and are deleted after some days.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Export(models.Model):
    """A list as somebody filtered it, written in parts, for them alone and for a day, in the language in
    which they asked for it."""

    class State(models.TextChoices):
        WRITING = "writing", _("being written")
        READY = "ready", _("ready")
        FAILED = "failed", _("could not be written")
        GONE = "gone", _("deleted")

    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    label = models.CharField(_("list"), max_length=60)
    title = models.CharField(_("list"), max_length=100)
    query = models.CharField(_("filters"), max_length=2000, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WRITING)
    folder = models.UUIDField(editable=False)
    last_row = models.BigIntegerField(default=0)
    total = models.PositiveIntegerField(_("rows"))
    rows = models.PositiveIntegerField(_("written"), default=0)
    parts = models.PositiveIntegerField(default=0)
    fault = models.CharField(_("fault"), max_length=200, blank=True)
    language = models.CharField(max_length=10, default=settings.LANGUAGE_CODE)
    asked_at = models.DateTimeField(_("asked at"))
    ends_at = models.DateTimeField(_("deleted after"))

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")

    def __str__(self) -> str:
        return self.title

    @property
    def percent(self) -> int:
        """How much of it is written."""
        return min(100, self.rows * 100 // self.total) if self.total else 100


class Import(models.Model):
    """A file of activities or members: brought, mapped, checked, read in, each a step of its own."""

    class Kind(models.TextChoices):
        ACTIVITIES = "activities", _("activities")
        MEMBERS = "members", _("members")

    class State(models.TextChoices):
        BROUGHT = "brought", _("to be mapped")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked")
        READING = "reading", _("being read in")
        DONE = "done", _("done")
        STOPPED = "stopped", _("stopped")
        GONE = "gone", _("file deleted")

    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    kind = models.CharField(_("of"), max_length=10, choices=Kind.choices)
    source = models.CharField(_("source"), max_length=60)
    file_name = models.CharField(_("file"), max_length=120)
    folder = models.UUIDField(editable=False)
    size = models.PositiveBigIntegerField(_("bytes"))
    lines = models.PositiveIntegerField(_("lines"))
    columns = models.JSONField(_("columns"), default=dict)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.BROUGHT)
    round = models.PositiveSmallIntegerField(default=0)
    part = models.PositiveIntegerField(default=0)
    reached = models.PositiveIntegerField(_("line reached"), default=0)
    checked = models.JSONField(_("checked"), default=dict)
    done = models.JSONField(_("read in"), default=dict)
    asked_at = models.DateTimeField(_("brought at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    ends_at = models.DateTimeField(_("file deleted after"))

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            models.CheckConstraint(condition=~Q(source=""), name="import_has_source"),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def percent(self) -> int:
        """How far into the file the present step is."""
        return min(100, self.reached * 100 // self.lines) if self.lines else 100

    @property
    def is_moving(self) -> bool:
        """Whether a step is under way."""
        return self.state in (self.State.CHECKING, self.State.READING)

    @property
    def has_file(self) -> bool:
        """Whether the file is still there."""
        return self.state != self.State.GONE


class ImportFault(models.Model):
    """What is wrong at one place of an import's file, and what to do about it."""

    file = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="faults")
    is_trial = models.BooleanField()
    line = models.PositiveIntegerField(_("line"))
    column = models.CharField(_("column"), max_length=100)
    value = models.CharField(_("value"), max_length=200)
    remedy = models.CharField(_("what to do"), max_length=300)

    class Meta:
        verbose_name = _("fault")
        verbose_name_plural = _("faults")
        ordering = ("line", "pk")
        indexes = [models.Index(fields=["file", "is_trial", "line"], name="import_fault_line")]

    def __str__(self) -> str:
        return f"{self.line}, {self.column}"

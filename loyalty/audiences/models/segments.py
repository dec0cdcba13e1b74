"""Segments: members who meet a condition, at any instant."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, OuterRef, Q
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _

from members.models import Member


class SegmentQuerySet(models.QuerySet["Segment"]):
    """Questions over segments."""

    def with_wording(self) -> "SegmentQuerySet":
        """Each with `newest`: its last version's number and conditions, in a list of none or one."""
        newest = (
            SegmentVersion.objects.filter(segment=OuterRef("pk"))
            .order_by("-number")
            .values(wording=JSONObject(number=F("number"), conditions=F("conditions")))[:1]
        )
        return self.annotate(newest=ArraySubquery(newest))


class Segment(models.Model):
    """Members whom a condition describes. Nobody is listed: who belongs is asked anew each time.

    Only an active segment has members. `counted_at` is as of when its `SegmentMembership` was compared.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        ACTIVE = "active", _("active")
        ARCHIVED = "archived", _("archived")

    #: The legal moves; `loyalty.audiences.operations.segments` is the only mover.
    MOVES = {
        State.DRAFT: (State.ACTIVE, State.ARCHIVED),
        State.ACTIVE: (State.ARCHIVED,),
        State.ARCHIVED: (State.ACTIVE,),
    }

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    name = models.CharField(
        _("name"), max_length=120, help_text=_("For staff; members never read it.")
    )
    description = models.CharField(_("description"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT)
    created_at = models.DateTimeField(_("created at"))
    counted_at = models.DateTimeField(null=True, editable=False)

    objects = SegmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "active", "archived"]), name="segment_state_known"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def number(self) -> int:
        """The version in force; 0 before the first. Needs `with_wording`."""
        return self.newest[0]["number"] if self.newest else 0  # type: ignore[attr-defined] # annotated

    @property
    def conditions(self) -> dict | None:
        """The tree in force. Needs `with_wording`."""
        return self.newest[0]["conditions"] if self.newest else None  # type: ignore[attr-defined] # annotated


class SegmentVersion(models.Model):
    """One wording of a segment's condition. Append-only: the newest is in force."""

    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    conditions = models.JSONField(_("conditions"))
    written_at = models.DateTimeField(_("written at"))
    actor_kind = models.CharField(_("by"), max_length=10)
    actor_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("version of a segment")
        verbose_name_plural = _("versions of segments")
        constraints = [
            models.UniqueConstraint(
                fields=["segment", "number"], name="segment_version_number_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.segment_id} v{self.number}"


class SegmentMembership(models.Model):
    """That a member was found in an active segment when it was last compared. A reading copy, kept only to
    tell who has entered and who has left; whether somebody belongs is never asked of it."""

    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, related_name="memberships")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(_("entered at"))

    class Meta:
        verbose_name = _("membership of a segment")
        verbose_name_plural = _("memberships of segments")
        constraints = [
            models.UniqueConstraint(fields=["segment", "member"], name="segment_membership_once")
        ]

    def __str__(self) -> str:
        return f"{self.segment_id}: {self.member_id}"

"""What is decided: a case, who has an interest in it, and who judges it."""

from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from governance.models.committees import Committee, Seat
from governance.models.criteria import Criteria
from members import clock
from members.models import Member


class Reason(models.TextChoices):
    """Why somebody cannot judge a case. Only this class is kept and published, never a story."""

    NOMINEE = "nominee", _("the case is about them")
    NOMINATOR = "nominator", _("brought the case")
    RELATIVE = "relative", _("related or close friend")
    HOUSEHOLD = "household", _("same household")
    WORK = "work", _("works with or for them")
    GIFT = "gift", _("gave or received a gift")
    OTHER = "other", _("another conflict of interest")


#: What a judge may declare; the others are found by the system.
DECLARABLE = (Reason.RELATIVE, Reason.HOUSEHOLD, Reason.WORK, Reason.GIFT, Reason.OTHER)


class CaseQuerySet(models.QuerySet["Case"]):
    """Questions over cases."""

    def open(self) -> "CaseQuerySet":
        """Cases that wait for a decision."""
        return self.filter(state=Case.State.OPEN)

    def visible_to(self, user) -> "CaseQuerySet":
        """Cases whose content this user may read: assigned, seated now, and not recused.

        Everybody else, staff and the recused included, finds nothing.
        """
        theirs = Assignment.objects.effective(clock.now()).filter(
            case=OuterRef("pk"), seat__user_id=user.pk
        )
        return self.filter(Exists(theirs))


class Case(models.Model):
    """A question put to a committee. Governance does not know what it is about.

    The app that asks names the subject by an opaque type and key, and gives the words the judges read
    (`title`, `statements`: a list of {title, text}) and the criteria. All of that stands still once
    the case is open (trigger `keep_case`); only `state` and `closed_at` move. A void case may
    be put again as the next `round`.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DECIDED = "decided", _("decided")
        VOID = "void", _("void")

    #: Which state may follow which.
    STEPS = {State.OPEN: {State.DECIDED, State.VOID}, State.DECIDED: set(), State.VOID: set()}

    committee = models.ForeignKey(
        Committee, on_delete=models.PROTECT, related_name="cases", verbose_name=_("committee")
    )
    criteria = models.ForeignKey(
        Criteria, on_delete=models.PROTECT, related_name="cases", verbose_name=_("criteria")
    )
    subject_type = models.CharField(_("kind of subject"), max_length=60)
    subject_key = models.CharField(_("subject"), max_length=60)
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    title = models.CharField(_("title"), max_length=200)
    statements = models.JSONField(_("statements"), default=list)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField(_("opened at"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        permissions = [("void_case", "Can end a case without a decision")]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_key", "round"], name="case_round_once"
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None)
                | Q(~Q(state="open"), closed_at__isnull=False),
                name="case_closed_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} (#{self.pk})"

    @property
    def is_open(self) -> bool:
        """Whether ballots may still be cast."""
        return self.state == self.State.OPEN


class Interest(models.Model):
    """That a member has an interest in a case, told by the app that opened it. Append-only."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="interests")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=12, choices=Reason.choices)

    class Meta:
        verbose_name = _("interest")
        verbose_name_plural = _("interests")
        constraints = [models.UniqueConstraint(fields=["case", "member"], name="interest_once")]


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Questions over assignments."""

    def not_recused(self) -> "AssignmentQuerySet":
        """Whose judge has not stepped back."""
        return self.filter(recusal=None)

    def effective(self, at: datetime) -> "AssignmentQuerySet":
        """Not recused, and the judge still sits."""
        return self.not_recused().filter(
            Q(seat__ends_at=None) | Q(seat__ends_at__gt=at), seat__starts_at__lte=at
        )

    def on_desk_of(self, user) -> "AssignmentQuerySet":
        """What this user judges or has judged, as far as they may still see it."""
        return self.effective(clock.now()).filter(seat__user_id=user.pk)

    def to_judge(self) -> "AssignmentQuerySet":
        """Open cases that wait for this judge's ballot."""
        return self.filter(case__state=Case.State.OPEN, ballot=None)

    def judged(self) -> "AssignmentQuerySet":
        """Open cases whose ballot this judge has cast."""
        return self.filter(case__state=Case.State.OPEN, ballot__isnull=False)

    def closed(self) -> "AssignmentQuerySet":
        """Cases that are over."""
        return self.exclude(case__state=Case.State.OPEN)

    def eligible(self, at: datetime) -> "AssignmentQuerySet":
        """Who counts towards the quorum: not recused, and sitting or with a ballot that stands."""
        sits = Q(seat__ends_at=None) | Q(seat__ends_at__gt=at)
        voted = Q(ballot__isnull=False, ballot__void=None)
        return self.not_recused().filter(sits | voted)


class Assignment(models.Model):
    """That a seat judges a case. Append-only."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assignments")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="assignments")
    assigned_at = models.DateTimeField(_("assigned at"))

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [models.UniqueConstraint(fields=["case", "seat"], name="assigned_once")]

"""What is decided: a case, who has an interest in it, and who judges it."""

from datetime import datetime

from django.db import models
from django.db.models import Count, Exists, F, Max, OuterRef, Q
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
    be put again as the next `round`. `due_at`: by when its judges are asked to have voted (None: no
    day was set); a late ballot counts. `is_blind`: its words are without the names of those concerned.
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
    is_blind = models.BooleanField(_("judged without names"), default=False)
    opened_at = models.DateTimeField(_("opened at"))
    due_at = models.DateTimeField(_("to be judged by"), null=True, blank=True)
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
            models.CheckConstraint(
                condition=Q(due_at=None) | Q(due_at__gt=F("opened_at")), name="case_due_later"
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


_OPEN = Q(case__state=Case.State.OPEN)
_UNSEEN = _OPEN & Q(ballot=None, reading=None)
_UNSCORED = _OPEN & Q(ballot=None, reading__isnull=False)
_DONE = _OPEN & Q(ballot__isnull=False)


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

    def unseen(self) -> "AssignmentQuerySet":
        """Open cases that this judge has not opened yet."""
        return self.filter(_UNSEEN)

    def unscored(self) -> "AssignmentQuerySet":
        """Open cases that this judge has opened, and that wait for their ballot."""
        return self.filter(_UNSCORED)

    def done(self) -> "AssignmentQuerySet":
        """Open cases whose ballot this judge has cast."""
        return self.filter(_DONE)

    def closed(self) -> "AssignmentQuerySet":
        """Cases that are over."""
        return self.exclude(case__state=Case.State.OPEN)

    def in_turn(self) -> "AssignmentQuerySet":
        """The order of a judge's queue: the oldest case first."""
        return self.order_by("case__opened_at", "pk")

    def counts(self) -> dict[str, int]:
        """How many are `unseen`, `unscored`, `done`, `closed`, and the number of the `newest` (0: none)."""
        found = self.aggregate(
            unseen=Count("pk", filter=_UNSEEN),
            unscored=Count("pk", filter=_UNSCORED),
            done=Count("pk", filter=_DONE),
            closed=Count("pk", filter=~_OPEN),
            newest=Max("pk"),
        )
        return found | {"newest": found["newest"] or 0}

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

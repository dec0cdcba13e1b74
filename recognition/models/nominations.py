"""Nominations: the cycle, who is proposed, by whom, and who was chosen."""

from datetime import datetime
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from governance.models import Case, Committee, Criteria, Seat
from members import clock
from members.domain import names
from members.models import Member
from recognition.models.badges import Badge, BadgeAward

#: How governance knows our subjects.
SUBJECT_TYPE = "recognition.candidate"

#: A committee is asked to take this many days at most.
MOST_JUDGING_DAYS = 365

#: A search for somebody to nominate needs so many letters, so that nobody can list the members.
SHORTEST_SEARCH = 3


def nominees(text: str) -> models.QuerySet[Member]:
    """Members found by their reference, by their pseudonym, or by the name they show to others."""
    text = text.strip()
    code = names.code_in(text)
    words = set(text.casefold().split())
    if sum(map(len, words)) < SHORTEST_SEARCH:
        return Member.objects.none()
    shown, named = Q(shows_real_name=True), Q(display_name__iexact=text)
    for word in words:
        shown &= Q(given_name__istartswith=word) | Q(family_name__istartswith=word)
    return (
        Member.objects.active()
        .filter(
            Q(ref__iexact=text)
            | Q(pseudonym__iexact=f"Member {code}" if code else text)
            | named
            | shown
        )
        .order_by("pseudonym", "pk")
    )


class NominationCycleQuerySet(models.QuerySet["NominationCycle"]):
    """Questions over cycles."""

    def published(self) -> "NominationCycleQuerySet":
        """Cycles that people may know of."""
        return self.exclude(state=NominationCycle.State.DRAFT)

    def judged_blindly_by(self, user: Any) -> "NominationCycleQuerySet":
        """Blind cycles that are not over and whose committee this user sits on."""
        seats = Seat.objects.of(user).sitting(clock.now())
        running = (NominationCycle.State.OPEN, NominationCycle.State.JUDGING)
        return self.filter(
            is_blind=True, state__in=running, committee__in=seats.values("committee")
        )


class NominationCycle(models.Model):
    """One round of asking "who deserves this badge?", from the first nomination to the laureate.

    Criteria, committee, badge and rules stand still once the cycle is open (trigger `keep_cycle`).
    Nominations are taken in [opens_at, closes_at). `judging_days`: how long the committee is asked to take.
    `is_blind`: its judges read no name of those proposed and of those who propose them.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        OPEN = "open", _("open for nominations")
        JUDGING = "judging", _("with the committee")
        DECIDED = "decided", _("decided")
        CANCELLED = "cancelled", _("cancelled")

    #: Which state may follow which.
    STEPS = {
        State.DRAFT: {State.OPEN, State.CANCELLED},
        State.OPEN: {State.JUDGING, State.CANCELLED},
        State.JUDGING: {State.DECIDED, State.CANCELLED},
        State.DECIDED: set(),
        State.CANCELLED: set(),
    }

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=120)
    description = models.CharField(_("description"), max_length=500, blank=True)
    criteria = models.ForeignKey(
        Criteria, on_delete=models.PROTECT, related_name="+", verbose_name=_("criteria")
    )
    committee = models.ForeignKey(
        Committee, on_delete=models.PROTECT, related_name="+", verbose_name=_("committee")
    )
    badge = models.ForeignKey(
        Badge, on_delete=models.PROTECT, related_name="+", verbose_name=_("badge")
    )
    opens_at = models.DateTimeField(_("nominations from"))
    closes_at = models.DateTimeField(_("nominations until"))
    limit_per_nominator = models.PositiveSmallIntegerField(_("nominations per member"), default=3)
    allows_self_nomination = models.BooleanField(
        _("members may nominate themselves"), default=False
    )
    is_blind = models.BooleanField(_("judged without names"), default=False)
    judging_days = models.PositiveSmallIntegerField(
        _("days for judging"),
        default=14,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_JUDGING_DAYS)],
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    created_at = models.DateTimeField(_("created at"), editable=False)

    objects = NominationCycleQuerySet.as_manager()

    class Meta:
        verbose_name = _("nomination cycle")
        verbose_name_plural = _("nomination cycles")
        constraints = [
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="cycle_lasts"),
            models.CheckConstraint(
                condition=Q(limit_per_nominator__gte=1), name="cycle_limit_positive"
            ),
            models.CheckConstraint(
                condition=Q(judging_days__gte=1, judging_days__lte=MOST_JUDGING_DAYS),
                name="cycle_judging_days",
            ),
        ]
        permissions = [("run_cycle", "Can open, close and decide nomination cycles")]

    def __str__(self) -> str:
        return self.title

    def takes_nominations(self, at: datetime) -> bool:
        """Whether a member may nominate at this instant."""
        return self.state == self.State.OPEN and self.opens_at <= at < self.closes_at


class CandidateQuerySet(models.QuerySet["Candidate"]):
    """Questions over candidates."""

    def standing(self) -> "CandidateQuerySet":
        """Candidates whom at least one nomination still proposes, and who have not declined."""
        live = Nomination.objects.live().filter(candidate=models.OuterRef("pk"))
        return self.filter(models.Exists(live), declined_at=None)

    def known_to(self, member: Member) -> "CandidateQuerySet":
        """What a member is told about themselves: that somebody proposes them, or that they declined. When
        every nomination was taken back there is nothing to tell."""
        live = Nomination.objects.live().filter(candidate=models.OuterRef("pk"))
        return self.filter(models.Exists(live) | Q(declined_at__isnull=False), member=member)


class Candidate(models.Model):
    """A member proposed in a cycle. All nominations for one person meet in this row, so duplicates
    merge and everybody keeps the credit. `case` is where the committee judges it; `declined_at`: since when
    they would rather not be."""

    cycle = models.ForeignKey(NominationCycle, on_delete=models.PROTECT, related_name="candidates")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="candidacies")
    case = models.OneToOneField(
        Case, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("case")
    )
    declined_at = models.DateTimeField(_("declined at"), null=True, editable=False)

    objects = CandidateQuerySet.as_manager()

    class Meta:
        verbose_name = _("candidate")
        verbose_name_plural = _("candidates")
        constraints = [models.UniqueConstraint(fields=["cycle", "member"], name="candidate_once")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class NominationQuerySet(models.QuerySet["Nomination"]):
    """Questions over nominations."""

    def live(self) -> "NominationQuerySet":
        """Those that were not taken back."""
        return self.filter(withdrawn_at=None)

    def visible_to(self, user) -> "NominationQuerySet":
        """A member reads the nominations they made; nobody reads those of others here."""
        return self.filter(nominator__user=user.pk) if user.is_authenticated else self.none()


class Nomination(models.Model):
    """One member proposing another, in their own words."""

    cycle = models.ForeignKey(NominationCycle, on_delete=models.PROTECT, related_name="nominations")
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="nominations")
    nominator = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="nominations")
    statement = models.TextField(_("statement"), max_length=2000)
    made_at = models.DateTimeField(_("made at"))
    withdrawn_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    objects = NominationQuerySet.as_manager()

    class Meta:
        verbose_name = _("nomination")
        verbose_name_plural = _("nominations")
        constraints = [
            models.UniqueConstraint(
                fields=["candidate", "nominator"],
                condition=Q(withdrawn_at=None),
                name="nomination_once",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("made_at")),
                name="nomination_withdrawn_later",
            ),
        ]
        indexes = [models.Index(fields=["cycle", "nominator"], name="nominations_of_member")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class NominationDraft(models.Model):
    """What a member has begun to write about somebody, until it is sent; only they see it. `version` grows
    with each change, so that two windows never overwrite each other unasked."""

    cycle = models.ForeignKey(NominationCycle, on_delete=models.PROTECT, related_name="drafts")
    nominator = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="nomination_drafts"
    )
    nominee = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    statement = models.TextField(_("statement"), max_length=2000, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    saved_at = models.DateTimeField(_("saved at"))

    class Meta:
        verbose_name = _("draft of a nomination")
        verbose_name_plural = _("drafts of nominations")
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "nominator", "nominee"], name="nomination_draft_once"
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Laureate(models.Model):
    """Who a cycle chose, with the words that are published. No row: the cycle chose nobody."""

    cycle = models.OneToOneField(NominationCycle, on_delete=models.PROTECT, related_name="laureate")
    candidate = models.OneToOneField(Candidate, on_delete=models.PROTECT, related_name="laureate")
    award = models.OneToOneField(BadgeAward, on_delete=models.PROTECT, related_name="laureate")
    citation = models.CharField(_("citation"), max_length=500)
    named_at = models.DateTimeField(_("named at"))

    class Meta:
        verbose_name = _("laureate")
        verbose_name_plural = _("laureates")

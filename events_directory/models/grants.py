"""From a partner's wish to money in its hands: application, approvals, grant, disbursements."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from events_directory.domain.moves import DISBURSEMENT, GRANT, GRANT_APPLICATION
from events_directory.models.moving import Moving
from events_directory.models.partners import Partner
from events_directory.models.pools import Pool


class GrantApplication(Moving):
    """A partner's answer to three questions, and the amount it asks for (minor units)."""

    MOVES = GRANT_APPLICATION
    APPROVALS_NEEDED = 2
    ANSWERS = ("what_for", "who_benefits", "how_known")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="applications")
    pool = models.ForeignKey(
        Pool, on_delete=models.PROTECT, related_name="applications", verbose_name=_("pool")
    )
    title = models.CharField(_("title"), max_length=120)
    requested = models.BigIntegerField(_("amount asked for"), help_text=_("In minor units."))
    what_for = models.TextField(_("What will you do with it?"), max_length=2000, blank=True)
    who_benefits = models.TextField(_("Who will be better off?"), max_length=2000, blank=True)
    how_known = models.TextField(
        _("How will you and we know that it worked?"), max_length=2000, blank=True
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    state_reason = models.CharField(_("reason"), max_length=300, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"))
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("grant application")
        verbose_name_plural = _("grant applications")
        permissions = [("decide_grantapplication", "Can approve or decline grant applications")]
        constraints = [
            models.CheckConstraint(
                condition=Q(requested__gt=0), name="grant_application_asks_for_something"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "declined"]) | Q(decided_at__isnull=False),
                name="grant_application_decided_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(state_reason=""),
                name="grant_application_declined_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["submitted_at"],
                name="grant_application_queue",
                condition=Q(state="submitted"),
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_complete(self) -> bool:
        """Whether every question has an answer."""
        return all(getattr(self, answer).strip() for answer in self.ANSWERS)


class Approval(models.Model):
    """That one person found an application worth its money. Append-only, once a person."""

    application = models.ForeignKey(
        GrantApplication, on_delete=models.PROTECT, related_name="approvals"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        constraints = [
            models.UniqueConstraint(fields=["application", "user"], name="approval_once_a_person")
        ]

    def __str__(self) -> str:
        return f"approval #{self.pk}"


class Grant(Moving):
    """Money promised to a partner. Amounts in minor units of the pool's currency.

    `released` is what was made payable so far and not dropped since, `paid` what left the pool:
    paid <= released <= awarded, always.
    """

    MOVES = GRANT

    class State(models.TextChoices):
        ACTIVE = "active", _("active")
        CLOSED = "closed", _("paid in full")
        REVOKED = "revoked", _("revoked")

    application = models.OneToOneField(
        GrantApplication, on_delete=models.PROTECT, related_name="grant"
    )
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="grants")
    awarded = models.BigIntegerField(_("awarded"))
    released = models.BigIntegerField(_("released"), default=0)
    paid = models.BigIntegerField(_("paid"), default=0)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.ACTIVE)
    state_reason = models.CharField(_("reason"), max_length=300, blank=True)
    awarded_at = models.DateTimeField(_("awarded at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        permissions = [("release_grant", "Can release payments of a grant, or revoke it")]
        constraints = [
            models.CheckConstraint(
                condition=Q(paid__gte=0, paid__lte=F("released"), released__lte=F("awarded")),
                name="grant_never_overpaid",
            ),
            models.CheckConstraint(
                condition=~Q(state="revoked")
                | (Q(revoked_at__isnull=False) & ~Q(state_reason="") & Q(released=F("paid"))),
                name="grant_revoked_why",
            ),
        ]

    def __str__(self) -> str:
        return f"grant #{self.pk}"

    @property
    def unreleased(self) -> int:
        """What can still be made payable."""
        return self.awarded - self.released if self.state == self.State.ACTIVE else 0


class Disbursement(Moving):
    """A part of a grant on its way to the partner. `key` makes its release happen once."""

    MOVES = DISBURSEMENT

    class State(models.TextChoices):
        PAYABLE = "payable", _("to be paid")
        PAID = "paid", _("paid")
        BOUNCED = "bounced", _("came back")
        DROPPED = "dropped", _("dropped")

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="disbursements")
    amount = models.BigIntegerField(_("amount"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.PAYABLE)
    state_reason = models.CharField(_("reason"), max_length=300, blank=True)
    key = models.CharField(max_length=200, unique=True, editable=False)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    released_at = models.DateTimeField(_("released at"))
    bank_reference = models.CharField(_("bank reference"), max_length=80, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)

    class Meta:
        verbose_name = _("disbursement")
        verbose_name_plural = _("disbursements")
        permissions = [("pay_disbursement", "Can pay out what was released")]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="disbursement_positive"),
            models.CheckConstraint(
                condition=~Q(state="paid") | Q(paid_at__isnull=False), name="disbursement_paid_when"
            ),
        ]

    def __str__(self) -> str:
        return f"disbursement #{self.pk}"

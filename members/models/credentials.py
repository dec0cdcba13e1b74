"""What happened to the keys of somebody's door."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class CredentialChangeQuerySet(models.QuerySet["CredentialChange"]):
    """Questions over changes."""

    def waiting_at(self, at: datetime) -> "CredentialChangeQuerySet":
        """Changes after which the member still waits at this instant."""
        return self.filter(waits_until__gt=at, confirmed_at=None)


class CredentialChange(models.Model):
    """A change after which nobody can be sure that it is still the member who signs in, and so points
    do not leave until `waits_until`, or until the member has confirmed it (`confirmed_at`)."""

    class Kind(models.TextChoices):
        PASSWORD_RESET = "password_reset", _("password reset by e-mail")
        PASSWORD = "password", _("password changed")
        EMAIL = "email", _("e-mail address changed")
        FACTOR_REMOVED = "factor_removed", _("second factor removed")
        RECOVERY = "recovery", _("signed in with a recovery code")
        RETURN = "return", _("signed in after a long time")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="credential_changes",
        verbose_name=_("sign-in"),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    at = models.DateTimeField(_("at"))
    waits_until = models.DateTimeField(_("waits until"))
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)

    objects = CredentialChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a credential")
        verbose_name_plural = _("changes of credentials")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(waits_until__gte=models.F("at")), name="credential_waits_after"
            )
        ]
        indexes = [models.Index(fields=["user", "waits_until"], name="credential_waiting")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}"

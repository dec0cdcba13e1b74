"""Keys for the API, and the answers already given under an Idempotency-Key."""

import hashlib
import secrets

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Questions over keys."""

    def presented(self, text: str) -> "ApiKey | None":
        """The usable key with this text, or None. Looked up by hash, so timing tells nothing."""
        return self.filter(digest=ApiKey.digest_of(text), revoked_at=None).first()


class ApiKey(models.Model):
    """A shop's credential. Only a hash is stored; the prefix lets people recognise it."""

    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(_("prefix"), max_length=12, editable=False)
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=40), verbose_name=_("scopes"))
    partner_id = models.BigIntegerField(_("partner"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), editable=False)
    last_used_on = models.DateField(_("last used on"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_authenticated(self) -> bool:
        """A key that was found is a caller that is known (what DRF asks of a user)."""
        return True

    def cause(self, idempotency_key: str | None) -> str:
        """Under which key an operation knows this caller's request: the same for the same
        Idempotency-Key, however long that is; a fresh one when there is none."""
        name = idempotency_key or secrets.token_urlsafe(16)
        return f"api:{self.pk}:{hashlib.sha256(name.encode()).hexdigest()}"

    @staticmethod
    def digest_of(text: str) -> bytes:
        """The hash under which a key is stored. The key has 256 random bits, so no salt is needed."""
        return hashlib.sha256(text.encode()).digest()

    @staticmethod
    def new_text() -> str:
        """A fresh key."""
        return f"laurel_{secrets.token_urlsafe(32)}"


class StoredAnswer(models.Model):
    """The answer first given under an Idempotency-Key, for the same key and body for ever."""

    key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, related_name="answers")
    idempotency_key = models.CharField(max_length=200)
    request_hash = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    content_type = models.CharField(max_length=100)
    body = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("stored answer")
        verbose_name_plural = _("stored answers")
        constraints = [
            models.UniqueConstraint(fields=["key", "idempotency_key"], name="answered_once")
        ]

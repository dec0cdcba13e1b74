"""Who may sign in."""

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class UserQuerySet(UserManager):
    """Creates users by e-mail address; there are no user names."""

    def _create_user(self, email, password, **fields):
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_user(self, email, password=None, **fields):  # type: ignore[override] # no user names
        """A user without privileges."""
        return self._create_user(email, password, **fields)

    def create_superuser(self, email, password=None, **fields):  # type: ignore[override] # no user names
        """A user with every permission."""
        return self._create_user(
            email, password, **({"is_staff": True, "is_superuser": True} | fields)
        )

    def get_by_natural_key(self, email):
        """E-mail addresses are compared without regard to case."""
        return self.get(email__iexact=email)


class User(AbstractUser):
    """A sign-in. A member, a partner's person, a committee member and staff are all users."""

    username = None  # type: ignore[assignment] # the way Django documents to drop the column
    email = models.EmailField(_("e-mail address"))

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    objects = UserQuerySet()  # type: ignore[misc] # the stubs allow no other user manager

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_without_case")
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

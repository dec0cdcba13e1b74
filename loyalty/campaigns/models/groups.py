"""Groups of campaigns that do not all pay for the same act."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class StackingGroup(models.Model):
    """Campaigns of which all, the first or the best for the member pay. How it stacks never changes, for
    published campaigns rely on it; only its name does.

    `weights` say what one of each unit counts when campaigns are compared, as decimal texts; 1 where
    nothing is said.
    """

    class Mode(models.TextChoices):
        ALL = "all", _("all of them pay")
        FIRST = "first", _("the first that gives something pays")
        BEST = "best", _("the best for the member pays")

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    mode = models.CharField(_("which pay"), max_length=5, choices=Mode.choices, default=Mode.BEST)
    priority = models.SmallIntegerField(
        _("priority"), default=100, help_text=_("Lower is decided first.")
    )
    weights = models.JSONField(
        _("weights"),
        default=dict,
        blank=True,
        help_text=_('What one of each unit counts when they are compared: {"status": "0.5"}.'),
    )

    class Meta:
        verbose_name = _("stacking group")
        verbose_name_plural = _("stacking groups")
        ordering = ["priority", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(mode__in=["all", "first", "best"]), name="stacking_mode_known"
            )
        ]

    def __str__(self) -> str:
        return self.name

"""What cases are judged by: published versions that never change."""

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from governance.domain import rubric


class CriteriaQuerySet(models.QuerySet["Criteria"]):
    """Questions over criteria."""

    def newest(self, slug: str) -> "Criteria | None":
        """The version of `slug` that was published last."""
        return self.filter(slug=slug).order_by("-version").first()


class Criteria(models.Model):
    """One published version of a set of criteria. Append-only: a change is the next version.

    `items` is a list of {key, title, description, weight}; the weights are per cent.
    """

    slug = models.SlugField(_("slug"))
    version = models.PositiveIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=120)
    items = models.JSONField(_("criteria"))
    published_at = models.DateTimeField(_("published at"))

    objects = CriteriaQuerySet.as_manager()

    class Meta:
        verbose_name = _("criteria")
        verbose_name_plural = _("criteria")
        constraints = [
            models.UniqueConstraint(fields=["slug", "version"], name="criteria_version_once")
        ]
        permissions = [("publish_criteria", "Can publish criteria")]

    def __str__(self) -> str:
        return f"{self.title} ({self.slug} v{self.version})"

    @cached_property
    def rubric(self) -> tuple[rubric.Criterion, ...]:
        """The criteria as values."""
        return rubric.from_items(self.items)

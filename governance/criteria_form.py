"""The console's form for criteria: a block of fields for each criterion, with an example for each mark."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from governance.domain.rubric import HIGHEST, LOWEST, WHOLE, Criterion
from governance.models import Criteria
from members.console import RefusableForm

#: More than these no judge weighs against each other.
BLOCKS = range(1, 7)
MARKS = range(LOWEST, HIGHEST + 1)
LONGEST_EXAMPLE = 200


class CriteriaForm(RefusableForm):
    """Blocks that are left empty are no criteria."""

    class Meta:
        model = Criteria
        fields = ("slug", "title")

    def clean(self) -> dict[str, Any]:
        """The criteria that were written, as `criteria`."""
        cleaned = super().clean() or self.cleaned_data
        written = [block for block in BLOCKS if any(cleaned.get(each) for each in names_of(block))]
        for block in written:
            for part in ("title", "weight"):
                if not cleaned.get(f"{part}_{block}") and not self.has_error(f"{part}_{block}"):
                    self.add_error(f"{part}_{block}", ValidationError(_("This field is required.")))
        criteria: list[Criterion] = []
        for block in written:
            criteria.append(self._criterion(block, {each.key for each in criteria}))
        return {"slug": cleaned.get("slug"), "title": cleaned.get("title"), "criteria": criteria}

    def _criterion(self, block: int, taken: set[str]) -> Criterion:
        given = self.cleaned_data
        title = given.get(f"title_{block}") or ""
        key = slugify(title) or f"criterion-{block}"
        return Criterion(
            key=f"{key}-{block}" if key in taken else key,
            title=title,
            weight=given.get(f"weight_{block}") or 0,
            description=given.get(f"description_{block}") or "",
            examples={
                str(mark): given[f"mark_{block}_{mark}"]
                for mark in MARKS
                if given.get(f"mark_{block}_{mark}")
            },
        )


def names_of(block: int) -> list[str]:
    """The fields of one criterion, in their order."""
    parts = [f"{part}_{block}" for part in ("title", "weight", "description")]
    return parts + [f"mark_{block}_{mark}" for mark in MARKS]


def initial_of(criteria: Criteria) -> dict[str, Any]:
    """What the form of the next version begins with."""
    found: dict[str, Any] = {"slug": criteria.slug, "title": criteria.title}
    for block, criterion in zip(BLOCKS, criteria.rubric, strict=False):
        found |= {
            f"title_{block}": criterion.title,
            f"weight_{block}": criterion.weight,
            f"description_{block}": criterion.description,
            **{f"mark_{block}_{mark}": words for mark, words in criterion.examples.items()},
        }
    return found


def fieldsets() -> tuple:
    """The first three blocks stand open: most criteria need no more."""
    blocks = [
        (
            _("Criterion %(number)s") % {"number": block},
            {
                "fields": ((f"title_{block}", f"weight_{block}"), *names_of(block)[2:]),
                "classes": ["collapse"] if block > 3 else [],
            },
        )
        for block in BLOCKS
    ]
    return ((None, {"fields": (("slug", "title"),)}), *blocks)


def _fields_of(block: int) -> dict[str, forms.Field]:
    text, area = UnfoldAdminTextInputWidget, UnfoldAdminTextareaWidget
    fields: dict[str, forms.Field] = {
        f"title_{block}": forms.CharField(
            label=_("Title"), max_length=80, required=False, widget=text()
        ),
        f"weight_{block}": forms.IntegerField(
            label=_("Weight in per cent"),
            min_value=1,
            max_value=WHOLE,
            required=False,
            widget=UnfoldAdminIntegerFieldWidget(),
            help_text=_("All of them together make 100."),
        ),
        f"description_{block}": forms.CharField(
            label=_("What it asks"),
            max_length=300,
            required=False,
            widget=area(attrs={"rows": 2}),
        ),
    }
    for mark in MARKS:
        fields[f"mark_{block}_{mark}"] = forms.CharField(
            label=_("For example, a %(mark)s") % {"mark": mark},
            max_length=LONGEST_EXAMPLE,
            required=False,
            widget=text(),
        )
    return fields


for _block in BLOCKS:
    CriteriaForm.base_fields |= _fields_of(_block)
    CriteriaForm.declared_fields |= _fields_of(_block)

"""The form of the staff console in which a segment's condition is written."""

import hashlib
import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget


class Indented(json.JSONEncoder):
    """JSON as people read it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**(kwargs | {"indent": 2}))


class ConditionForm(forms.Form):
    """The tree, and a mark of the one that was looked at: what is saved is what was shown."""

    conditions = forms.JSONField(
        label=_("Members for whom"),
        help_text=_(
            'A test is {"field": "history.orders", "op": "at_least", "value": 3};'
            ' of the past it also says of what: "of": {"kind": "order.placed", "days": 90};'
            ' tests are joined by {"all": […]}, {"any": […]} and {"not": …}.'
            ' {"all": []} is everybody.'
        ),
        widget=UnfoldAdminTextareaWidget(
            attrs={"rows": 14, "spellcheck": "false", "class": "font-mono"}
        ),
        encoder=Indented,
    )

    @property
    def mark(self) -> str:
        """What stands for the tree that was sent."""
        return mark_of(self.cleaned_data["conditions"])


def mark_of(tree: Any) -> str:
    """What stands for a tree, however it was written down."""
    said = json.dumps(tree, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]

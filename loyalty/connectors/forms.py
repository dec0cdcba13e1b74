"""What staff write about webhooks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from loyalty.connectors import topics
from loyalty.connectors.domain.addresses import LONGEST

#: Characters of a topic.
TOPIC = 60


class TopicsForm(forms.Form):
    """Which events an endpoint is told of: `topics`, empty for all."""

    topics = forms.MultipleChoiceField(
        label=_("Events"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text=_("What rules tell just now. None chosen and none written: everything."),
    )
    more = forms.CharField(
        label=_("Other events"),
        required=False,
        max_length=500,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("That rules will tell later; with commas between them."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topics"].choices = [(topic, topic) for topic in topics.known()]  # type: ignore[attr-defined] # a field with choices

    def clean_more(self) -> list[str]:
        """Each by itself."""
        written = [each.strip() for each in self.cleaned_data["more"].split(",") if each.strip()]
        if any(len(each) > TOPIC for each in written):
            raise forms.ValidationError(_("An event's name has at most 60 characters."))
        return written

    def clean(self) -> dict[str, Any]:
        """Both together, under one name."""
        cleaned = dict(super().clean() or {})
        cleaned["topics"] = [*cleaned.get("topics", []), *cleaned.pop("more", [])]
        return cleaned


class WebhookForm(TopicsForm):
    """A name that people recognise, where the system listens, and of what it is told."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Whose it is, for example “Newsletter”."),
    )
    url = forms.CharField(
        label=_("Address"),
        max_length=LONGEST,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "url"}),
        help_text=_("Where it listens, beginning with https://."),
    )

    field_order = ("name", "url", "topics", "more")

"""What members may say about themselves."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from members.domain.calendar import zone_names
from members.models import Member


class PreferencesForm(forms.ModelForm):
    """How a member is named, ranked, and spoken to. Saved by `members.operations.members.update`."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=[(name, name.replace("_", " ")) for name in sorted(zone_names())],
        help_text=_("Birthdays and expiry dates follow it."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = Member
        fields = (
            "given_name",
            "family_name",
            "shows_real_name",
            "is_ranked",
            "time_zone",
            "language",
        )
        labels = {
            "shows_real_name": _("Show my name to other members"),
            "is_ranked": _("List me on leaderboards"),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shows_real_name"].help_text = _("Otherwise a made-up name stands for you.")

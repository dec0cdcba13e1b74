"""What members may say about themselves."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from members.domain import names
from members.domain.calendar import zone_names
from members.errors import NameTaken, NoSuchName
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
            "display_name",
            "shows_real_name",
            "is_ranked",
            "time_zone",
            "language",
        )
        labels = {
            "display_name": _("Name for others"),
            "shows_real_name": _("Show my name to other members"),
            "is_ranked": _("List me on leaderboards"),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["display_name"].help_text = _(
            "On leaderboards and shared badges. Empty: a made-up name stands for you."
        )
        self.fields["shows_real_name"].help_text = _("Instead of the name above.")

    def clean_display_name(self) -> str:
        """As it is kept; said here, so that the fault stands at the field."""
        name = names.plain(self.cleaned_data["display_name"])
        if name and names.fault_of(name):
            raise NoSuchName()
        others = Member.objects.exclude(pk=self.instance.pk)
        if name and others.filter(display_name__iexact=name).exists():
            raise NameTaken()
        return name

"""What members may say about themselves."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from members.domain.calendar import zone_names
from members.errors import ChangedElsewhere, NameTaken
from members.models import Member
from members.operations import members as names_of


def checked(form: forms.Form) -> dict[str, Any]:
    """What was filled in; raises all that is wrong with it at once."""
    if not form.is_valid():
        raise ValidationError([each for found in form.errors.values() for each in found])
    return form.cleaned_data


class DraftForm(forms.Form):
    """A form that is kept as a draft while it is filled in. A draft needs only its `always_needed`.

    `version`: of the draft that the form began with; 0 when there was none.
    """

    always_needed: tuple[str, ...] = ()

    version = forms.IntegerField(
        label=_("Version"), widget=forms.HiddenInput, initial=0, min_value=0, required=False
    )

    def __init__(self, *args, is_draft: bool = False, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.is_draft = is_draft
        if is_draft:
            # No text can hold this character, which is no reason to lose the rest.
            self.data = {name: words.replace("\0", "") for name, words in self.data.items()}

    def full_clean(self) -> None:
        """What is missing is no fault of a draft."""
        super().full_clean()
        if self.is_draft and self.is_bound:
            missing = [name for name in self.errors if self.has_error(name, "required")]
            for name in set(missing) - set(self.always_needed):
                del self.errors[name]

    def clean_version(self) -> int | None:
        """A draft that names no version begins with nothing."""
        version = self.cleaned_data["version"]
        return 0 if version is None and self.is_draft else version

    def refuse(self, refusal: ValidationError) -> None:
        """Say why it was not taken. After another version was kept elsewhere, sending it once more keeps
        this one instead."""
        if not self.errors:
            self.add_error(None, refusal)
        if isinstance(refusal, ChangedElsewhere):
            self.data = {**dict(self.data.items()), "version": str(refusal.version)}


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
        name = names_of.name_for_others(self.cleaned_data["display_name"])
        others = Member.objects.exclude(pk=self.instance.pk)
        if name and others.filter(display_name__iexact=name).exists():
            raise NameTaken()
        return name

    def clean(self) -> dict[str, Any]:
        """A real name that is shown misleads nobody; said at the name."""
        given = super().clean() or self.cleaned_data
        if given.get("shows_real_name"):
            try:
                names_of.check_shown(
                    f"{given.get('given_name', '')} {given.get('family_name', '')}".strip()
                )
            except ValidationError as refusal:
                self.add_error("given_name", refusal)
        return given

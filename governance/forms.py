"""What judges fill in: a ballot, or why they step back."""

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.domain.rubric import HIGHEST, LOWEST
from governance.models import DECLARABLE, Ballot, Criteria

NOT_APPLICABLE = "na"
SCALE = [(str(score), str(score)) for score in range(LOWEST, HIGHEST + 1)]


class BallotForm(forms.Form):
    """One score for each criterion, and the vote. An abstention needs no scores."""

    vote = forms.ChoiceField(
        label=_("Your vote"),
        choices=Ballot.Vote.choices,
        widget=forms.RadioSelect,
        help_text=_("An abstention counts to the quorum, not to the majority."),
    )

    def __init__(self, *args, criteria: Criteria, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = criteria.rubric
        vote = self.fields.pop("vote")
        for criterion in self.criteria:
            self.fields[self.name_of(criterion.key)] = forms.ChoiceField(
                label=f"{criterion.title} ({criterion.weight} %)",
                help_text=criterion.description,
                choices=[*SCALE, (NOT_APPLICABLE, _("does not apply"))],
                widget=forms.RadioSelect(attrs={"class": "scale"}),
                required=False,
            )
        self.fields["vote"] = vote

    @staticmethod
    def name_of(key: str) -> str:
        """The field of a criterion."""
        return f"score_{key}"

    def clean(self) -> dict:
        """A vote that is not an abstention answers every criterion."""
        cleaned = super().clean() or {}
        if cleaned.get("vote") in (None, Ballot.Vote.ABSTAIN):
            return cleaned
        for criterion in self.criteria:
            name = self.name_of(criterion.key)
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("Give a score, or say that it does not apply."))
        return cleaned

    @property
    def scores(self) -> dict[str, int | None]:
        """The scores by criterion; None where one does not apply."""
        answers = {
            criterion.key: self.cleaned_data.get(self.name_of(criterion.key)) or NOT_APPLICABLE
            for criterion in self.criteria
        }
        return {
            key: None if answer == NOT_APPLICABLE else int(answer)
            for key, answer in answers.items()
        }


class RecusalForm(forms.Form):
    """Why a judge steps back: a class of reason, never a story."""

    reason = forms.ChoiceField(
        label=_("Why"),
        choices=[(reason.value, reason.label) for reason in DECLARABLE],
        help_text=_("Only this is kept and published, without your name beside it."),
    )

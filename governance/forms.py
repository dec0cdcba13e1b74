"""What judges fill in: a ballot, or why they step back."""

from django import forms
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from governance.domain.rubric import HIGHEST, LOWEST
from governance.models import DECLARABLE, Ballot, Criteria

NOT_APPLICABLE = "na"
SCALE = [(str(score), str(score)) for score in range(LOWEST, HIGHEST + 1)]


class BallotForm(forms.Form):
    """One score for each criterion, and the vote. An abstention needs no scores."""

    use_required_attribute = False

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
        abstains = self.data.get("vote") == Ballot.Vote.ABSTAIN
        for criterion in self.criteria:
            self.fields[self.name_of(criterion.key)] = forms.ChoiceField(
                label=f"{criterion.title} ({criterion.weight} %)",
                help_text=escape(criterion.description),  # pages take it for HTML
                choices=[*SCALE, (NOT_APPLICABLE, _("does not apply"))],
                widget=forms.RadioSelect(attrs={"class": "scale"}),
                required=not abstains,
                error_messages={"required": _("Give a score, or say that it does not apply.")},
            )
        self.fields["vote"] = vote

    @staticmethod
    def name_of(key: str) -> str:
        """The field of a criterion."""
        return f"score_{key}"

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

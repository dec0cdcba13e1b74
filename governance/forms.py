"""What judges fill in: a ballot, or why they step back."""

from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from governance.domain.rubric import EXTREMES, HIGHEST, LONGEST_COMMENT, LOWEST, Criterion
from governance.models import DECLARABLE, Ballot, BallotDraft, Criteria
from members.forms import DraftForm

NOT_APPLICABLE = "na"
EXTREME = {str(score) for score in EXTREMES}
SCALE = [(str(score), str(score)) for score in range(LOWEST, HIGHEST + 1)]


class BallotForm(DraftForm):
    """One score for each criterion with what is to be said about it, and the vote. An abstention needs no
    scores; an extreme one needs a comment."""

    use_required_attribute = False

    vote = forms.ChoiceField(
        label=_("Your vote"),
        choices=Ballot.Vote.choices,
        widget=forms.RadioSelect,
        help_text=_("An abstention counts to the quorum, not to the majority."),
    )

    def __init__(
        self, *args: Any, criteria: Criteria, draft: BallotDraft | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, initial=_answers(draft) if draft else None, **kwargs)
        self.criteria = criteria.rubric
        vote = self.fields.pop("vote")
        abstains = self.data.get("vote") == Ballot.Vote.ABSTAIN
        for criterion in self.criteria:
            self._ask(criterion, required=not abstains)
        self.fields["vote"] = vote

    def _ask(self, criterion: Criterion, *, required: bool) -> None:
        self.fields[_score(criterion.key)] = forms.ChoiceField(
            label=f"{criterion.title} ({criterion.weight} %)",
            help_text=_meaning(criterion),
            choices=[*SCALE, (NOT_APPLICABLE, _("does not apply"))],
            widget=forms.RadioSelect(attrs={"class": "scale"}),
            required=required,
            error_messages={"required": _("Give a score, or say that it does not apply.")},
        )
        self.fields[_comment(criterion.key)] = forms.CharField(
            label=_("Comment on “%(criterion)s”") % {"criterion": criterion.title},
            max_length=LONGEST_COMMENT,
            help_text=_("With a 1 or a 5, say why."),
            widget=forms.Textarea(attrs={"rows": 2}),
            required=required and self.data.get(_score(criterion.key)) in EXTREME,
            error_messages={"required": _("Say why it is the lowest or the highest mark.")},
        )

    @property
    def begun(self) -> dict[str, Any]:
        """The answers so far: the vote, scores by criterion, and comments."""
        given = self.cleaned_data
        scores = {each.key: given.get(_score(each.key)) for each in self.criteria}
        return {
            "vote": given.get("vote", ""),
            "scores": {
                key: None if answer == NOT_APPLICABLE else int(answer)
                for key, answer in scores.items()
                if answer
            },
            "comments": {each.key: given.get(_comment(each.key), "") for each in self.criteria},
            "version": given.get("version"),
        }

    @property
    def answers(self) -> dict[str, Any]:
        """The same of a whole ballot: what an abstention leaves out does not apply."""
        unanswered = {each.key: None for each in self.criteria}
        return self.begun | {"scores": unanswered | self.begun["scores"]}


def _meaning(criterion: Criterion) -> str:
    """What a criterion asks, and an example for each mark that has one; as HTML."""
    examples = format_html_join("", "<dt>{}</dt><dd>{}</dd>", sorted(criterion.examples.items()))
    if not examples:
        return format_html("{}", criterion.description)
    return format_html('{}<dl class="examples">{}</dl>', criterion.description, examples)


def _score(key: str) -> str:
    return f"score_{key}"


def _comment(key: str) -> str:
    return f"comment_{key}"


def _answers(draft: BallotDraft) -> dict[str, Any]:
    """What the fields of a form begin with."""
    scores = {
        _score(key): NOT_APPLICABLE if score is None else str(score)
        for key, score in draft.scores.items()
    }
    comments = {_comment(key): words for key, words in draft.comments.items()}
    return {"vote": draft.vote, "version": draft.version, **scores, **comments}


class RecusalForm(forms.Form):
    """Why a judge steps back: a class of reason, never a story."""

    reason = forms.ChoiceField(
        label=_("Why"),
        choices=[(reason.value, reason.label) for reason in DECLARABLE],
        help_text=_("Only this is kept and published, without your name beside it."),
    )

"""What visitors choose and members fill in."""

from datetime import date

from django import forms
from django.core import signing
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from members.forms import DraftForm
from members.models import Member
from recognition.domain.windows import EARLIEST, LATEST, Kind, Window
from recognition.models import Leaderboard, NominationCycle, NominationDraft, nominees
from recognition.models.readings import Mark

#: Keeps a nominee's key from being used anywhere else.
SALT = "recognition.nominee"
MOST_FOUND = 10
#: Days whose windows of every kind end before the calendar does.
DAYS = [MinValueValidator(EARLIEST), MaxValueValidator(LATEST.replace(year=LATEST.year - 1))]


class VerificationForm(forms.Form):
    """What somebody was given as a badge: the file's text, or the address in it."""

    credential = forms.CharField(
        label=_("The badge"),
        help_text=_("The text of its file, or the address where it is checked."),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off", "spellcheck": "false"}),
    )


class TakingAlongForm(forms.Form):
    """How a member wants their badge as a file."""

    name = forms.BooleanField(required=False)

    def __init__(self, member: Member, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if member.full_name:
            label = _("Put my name in it: %(name)s") % {"name": member.full_name}
            self.fields["name"].label = label
        else:
            del self.fields["name"]


class ReadingForm(forms.Form):
    """Which window of a board to read, from an address: `window`, the day `on` which lies in it, or
    `from` and `until` (the first day that does not count) for own dates; `after` goes on from there."""

    window = forms.ChoiceField(choices=Leaderboard.Window.choices, required=False)
    on = forms.DateField(required=False, validators=DAYS)
    until = forms.DateField(required=False)
    after = forms.CharField(max_length=60, required=False)

    def __init__(self, board: Leaderboard, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.board = board
        self.fields["from"] = forms.DateField(required=False)
        self.fields["window"].required = "window" in self.data

    def clean_after(self) -> Mark | None:
        """The mark to go on from."""
        text = self.cleaned_data["after"]
        mark = Mark.read(text) if text else None
        if text and mark is None:
            raise forms.ValidationError(_("This is not a place on the board."), code="bad_mark")
        return mark

    def clean(self) -> dict:
        """Own dates come as a pair and in order; a board with own dates has them already."""
        cleaned = super().clean() or {}
        kind = cleaned.get("window") or self.board.window
        pair = cleaned.get("from"), cleaned.get("until")
        has_own = self.board.window == Kind.CUSTOM and pair == (None, None)
        if kind == Kind.CUSTOM and not has_own and not (pair[0] and pair[1] and pair[0] < pair[1]):
            self.add_error("from", _("Own dates need a first day and a later one to end before."))
        return cleaned

    def chosen(self, today: date) -> Window:
        """The window, cut to the board's own dates."""
        kind = self.cleaned_data["window"] or self.board.window
        starts_on, ends_on = self.cleaned_data["from"], self.cleaned_data["until"]
        if kind == Kind.CUSTOM and starts_on:
            own = Window(Kind.CUSTOM, starts_on, ends_on)
            return own.within(self.board.starts_on, self.board.ends_on)
        return self.board.window_of(kind, self.cleaned_data["on"] or today)


class NomineeSearch(forms.Form):
    """Find somebody to nominate."""

    q = forms.CharField(
        label=_("Whom do you nominate?"),
        help_text=_("Their member number, their pseudonym, or the name they show to others."),
        min_length=3,
        max_length=100,
    )

    def found(self) -> list[tuple[str, Member]]:
        """Who was found, each with the key the next form sends back."""
        people = nominees(self.cleaned_data["q"])[:MOST_FOUND]
        return [(signing.dumps(member.pk, salt=SALT), member) for member in people]


class NominationForm(DraftForm):
    """Whom, and why in one's own words. Where names are hidden from the judges, it says so."""

    always_needed = ("nominee",)

    nominee = forms.CharField(widget=forms.HiddenInput, label=_("Nominee"))
    statement = forms.CharField(
        label=_("Why?"),
        help_text=_("The committee reads this next to the criteria, without your name."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6, "autofocus": True}),
    )

    def __init__(self, *args, is_blind: bool = False, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if is_blind:
            self.fields["statement"].help_text = _(
                "The committee reads this next to the criteria, without your name and theirs. Leave out by"
                " what else they could be known."
            )

    @property
    def person(self) -> Member | None:
        """Whom the form is about, found by a search here and by nothing else."""
        try:
            pk = signing.loads(self["nominee"].value() or "", salt=SALT)
        except signing.BadSignature:
            return None
        return Member.objects.active().filter(pk=pk).first()

    def clean_nominee(self) -> Member:
        """The member instead of the key."""
        member = self.person
        if member is None:
            raise forms.ValidationError(_("Search for somebody first."), code="unknown")
        return member


def drafts_of(
    cycle: NominationCycle, nominator: Member | None
) -> list[tuple[str, NominationDraft]]:
    """A member's drafts in a cycle, newest first, each with the key that leads back to its form."""
    drafts = NominationDraft.objects.filter(
        cycle=cycle, nominator=nominator, nominee__erased_at=None, nominee__merged_into=None
    )
    return [
        (signing.dumps(draft.nominee_id, salt=SALT), draft)
        for draft in drafts.select_related("nominee").order_by("-saved_at")
    ]


class CitationForm(forms.Form):
    """The words that are published about the laureate."""

    citation = forms.CharField(
        label=_("Citation"),
        help_text=_("Published with the badge. Leave out what is private."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
    )

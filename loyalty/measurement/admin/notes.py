"""What staff write down about a member, from the member's page."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget

from loyalty.measurement.admin.identity import is_their_own
from members.console import Step, person_of
from members.domain.actors import Actor
from members.models import Member, MemberNote
from members.operations import notes
from members.permissions import can_write_note


class NoteForm(forms.Form):
    """The note."""

    text = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=2000,
        help_text=gettext_lazy("Write what the member may read: it is in the copy of their data."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
    )


def write(member: Member, *, actor: Actor, text: str) -> MemberNote:
    """By the operation."""
    return notes.write(member, text=text, by=person_of(actor), actor=actor)


STEPS = (
    Step(
        "note",
        gettext_lazy("Write a note"),
        gettext_lazy("For colleagues. Their pages do not show it; the copy of their data does."),
        "members.add_membernote",
        write,
        can=can_write_note,
        fits=is_their_own,
        form=NoteForm,
        icon="edit_note",
        said=lambda note: _("The note is kept."),
    ),
)

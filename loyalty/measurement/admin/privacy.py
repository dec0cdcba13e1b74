"""Executing what a member asked for: a copy of everything, or to be erased."""

from collections.abc import Sequence

from django import forms
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextInputWidget

from loyalty.measurement.admin.identity import is_their_own
from members.console import Foreseen, ReasonForm, Step
from members.domain.actors import Actor
from members.errors import NotTheReference
from members.models import Member
from members.operations import erasures, exports
from members.permissions import can_erase, can_export


class ErasureForm(ReasonForm):
    """Why, and the reference once more by hand."""

    ref = forms.CharField(
        label=gettext_lazy("The member's reference, once more"),
        max_length=100,
        widget=UnfoldAdminTextInputWidget(),
    )


def foresee_erasure(member: Member, *, actor: Actor, ref: str, reason: str) -> Foreseen:
    """Which points end, and whether the sign-in stays."""
    _check(member, ref)
    seen = erasures.foresee(member)
    changes: Sequence = [(unit, intcomma(amount), "0") for unit, amount in seen.points]
    notes = [_("This cannot be undone.")]
    if seen.keeps_sign_in:
        notes.append(_("The sign-in stays, because it opens a desk."))
    return Foreseen(_("Erase this person: “%(why)s”") % {"why": reason}, changes, notes)


def erase(member: Member, *, actor: Actor, ref: str, reason: str) -> Member:
    """By the operation."""
    _check(member, ref)
    return erasures.erase(member, actor=actor, reason=reason)


def _check(member: Member, ref: str) -> None:
    if ref.strip() != member.ref:
        raise NotTheReference()


STEPS = (
    Step(
        "export",
        gettext_lazy("Make a copy of their data"),
        gettext_lazy("The member finds it on their page “Privacy” for two days."),
        "members.export_member",
        exports.ask,
        can=can_export,
        fits=lambda member: is_their_own(member) and member.user_id is not None,
        icon="download",
    ),
    Step(
        "erase",
        gettext_lazy("Erase this person"),
        gettext_lazy(
            "Their name, address, keys and messages go from everywhere, and their points end. The books"
            " keep their sums."
        ),
        "members.erase_member",
        erase,
        can=can_erase,
        fits=is_their_own,
        form=ErasureForm,
        icon="person_remove",
        variant=ActionVariant.DANGER,
        foresee=foresee_erasure,
        said=lambda member: _("They are erased."),
    ),
)

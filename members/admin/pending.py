"""Raising, lowering and cancelling what a member was promised and still waits for."""

from uuid import UUID

from django import forms
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from members.console import Foreseen, OnceForm, Step, person_of
from members.domain.actors import Actor
from members.errors import NotEnough
from members.models import Adjustment, Entry, Member
from members.operations import adjustments
from members.permissions import can_change_pending


class PendingForm(OnceForm):
    """By how much, and why."""

    field_order = ("amount", "reason", "key")
    amount = forms.IntegerField(
        label=gettext_lazy("Change by"),
        min_value=-10_000_000,
        max_value=10_000_000,
        help_text=gettext_lazy("A minus lowers it; all of it cancels it."),
        widget=UnfoldAdminIntegerFieldWidget(),
    )

    def clean_amount(self) -> int:
        """Nought is no change."""
        if not self.cleaned_data["amount"]:
            raise forms.ValidationError(_("Nought changes nothing."))
        return self.cleaned_data["amount"]


def _owner(entry: Entry) -> Member:
    assert entry.credit.member is not None  # only members wait for points
    return entry.credit.member.heir


def foresee(entry: Entry, *, actor: Actor, amount: int, reason: str, key: UUID) -> Foreseen:
    """What waits now, and what would. Raises NotEnough when less waits than is taken."""
    left = adjustments.waits(entry)
    if left + amount < 0:
        raise NotEnough()
    asked = adjustments.adjusted_today(person_of(actor), entry.unit) + abs(amount)
    limit = _("This goes beyond what you may adjust a day, alone, so it waits for a second person.")
    return Foreseen(
        _("%(reason)s: “%(why)s”") % {"reason": entry.reason, "why": reason},
        [(_("Pending"), intcomma(left), intcomma(left + amount))],
        [limit] if asked > entry.unit.adjust_limit else [],
    )


def change(entry: Entry, *, actor: Actor, amount: int, reason: str, key: UUID) -> Adjustment:
    """By the operation."""
    by = person_of(actor)
    return adjustments.make(
        _owner(entry),
        unit=entry.unit,
        amount=amount,
        reason=reason,
        by=by,
        key=f"console:{by.pk}:{key}",
        pending=entry,
    )


STEP = Step(
    "change_pending",
    gettext_lazy("Change what waits"),
    gettext_lazy("Raise, lower or cancel it. You see what it changes before anything is saved."),
    "members.add_adjustment",
    change,
    can=can_change_pending,
    fits=lambda entry: adjustments.waits(entry) > 0,
    form=PendingForm,
    icon="hourglass",
    foresee=foresee,
)

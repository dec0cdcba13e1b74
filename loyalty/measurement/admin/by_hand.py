"""What staff do to a member's points by hand, from the member's page: adjust, and forgive a debt."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from members.console import Foreseen, OnceForm, Step, person_of
from members.domain.actors import Actor
from members.models import Adjustment, Balance, Entry, Member, Unit
from members.operations import adjustments, debts
from members.permissions import can_adjust

#: No typing error gives more than this.
MOST = 10_000_000


class ByHandForm(OnceForm):
    """Which unit, how much, why."""

    field_order = ("unit", "amount", "reason", "key")
    unit = forms.ModelChoiceField(
        Unit.objects.order_by("pk"),
        label=gettext_lazy("Unit"),
        empty_label=None,
        widget=UnfoldAdminSelectWidget(),
    )
    amount = forms.IntegerField(
        label=gettext_lazy("Amount"),
        min_value=1,
        max_value=MOST,
        widget=UnfoldAdminIntegerFieldWidget(),
    )


class AdjustForm(ByHandForm):
    """Below 0 takes points away."""

    amount = forms.IntegerField(
        label=gettext_lazy("Amount"),
        min_value=-MOST,
        max_value=MOST,
        help_text=gettext_lazy("To take points away, write a minus before it."),
        widget=UnfoldAdminIntegerFieldWidget(),
    )

    def clean_amount(self) -> int:
        """Nought is no adjustment."""
        if not self.cleaned_data["amount"]:
            raise forms.ValidationError(_("Nought changes nothing."))
        return self.cleaned_data["amount"]


def foresee(
    member: Member, *, actor: Actor, unit: Unit, amount: int, reason: str, key: UUID
) -> Foreseen:
    """The balance and the tier as they are, and as they would be."""
    by = person_of(actor)
    seen = adjustments.foresee(member, unit=unit, amount=amount, reason=reason, by=by)
    words = {"member": member, "amount": intcomma(abs(amount)), "unit": unit.name, "why": reason}
    give = _("Give %(member)s %(amount)s %(unit)s: “%(why)s”")
    take = _("Take %(amount)s %(unit)s from %(member)s: “%(why)s”")
    changes = [
        (_("Balance"), intcomma(seen.before.balance), intcomma(seen.after.balance)),
        (_("Tier"), seen.before.tiers or "–", seen.after.tiers or "–"),
    ]
    if seen.before.owed or seen.after.owed:
        changes.insert(1, (_("Owed"), intcomma(seen.before.owed), intcomma(seen.after.owed)))
    limit = _(
        "You may adjust %(limit)s %(unit)s a day, alone. This goes beyond it, so it waits for a"
        " second person and changes nothing until they approve it."
    ) % {"limit": intcomma(unit.adjust_limit), "unit": unit.name}
    return Foreseen((give if amount > 0 else take) % words, changes, [limit] if seen.waits else [])


def adjust(
    member: Member, *, actor: Actor, unit: Unit, amount: int, reason: str, key: UUID
) -> Adjustment:
    """By the operation."""
    by = person_of(actor)
    once = f"console:{by.pk}:{key}"
    return adjustments.make(member, unit=unit, amount=amount, reason=reason, by=by, key=once)


def said(adjustment: Adjustment) -> str:
    """What came of it."""
    if adjustment.state == Adjustment.State.PROPOSED:
        return _("It waits for a second person. Nothing has changed yet.")
    words = {"amount": f"{adjustment.amount:+,}", "unit": adjustment.unit.name}
    return _("Adjusted: %(amount)s %(unit)s.") % words


def forgive(member: Member, *, actor: Actor, key: UUID, **asked: Any) -> Entry:
    """By the operation."""
    by = person_of(actor)
    return debts.forgive(member, by=by, key=f"console:{by.pk}:{key}", **asked)


def owes(member: Member) -> bool:
    """Whether there is anything to forgive."""
    return Balance.objects.filter(account__member=member, amount__lt=0).exists()


STEPS = (
    Step(
        "adjust",
        gettext_lazy("Adjust points"),
        gettext_lazy("You see what it changes before anything is saved."),
        "members.add_adjustment",
        adjust,
        can=can_adjust,
        form=AdjustForm,
        icon="exposure",
        foresee=foresee,
        said=said,
    ),
    Step(
        "forgive",
        gettext_lazy("Forgive debt"),
        gettext_lazy("What is forgiven is never asked back."),
        "members.add_adjustment",
        forgive,
        can=can_adjust,
        fits=owes,
        form=ByHandForm,
        icon="money_off",
        variant=ActionVariant.WARNING,
    ),
)

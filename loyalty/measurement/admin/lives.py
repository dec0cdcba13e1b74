"""What staff do to the lives of a member's points, from the member's page: bring back, and lengthen."""

from datetime import date, datetime, timedelta

from django import forms
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminSelectWidget

from members import clock
from members.console import Foreseen, ReasonForm, Step
from members.domain.actors import Actor
from members.domain.calendar import start_of_day
from members.models import Balance, Entry, Member, Unit
from members.operations import ledger, lots
from members.permissions import can_adjust

#: No typing error lets points live longer.
LONGEST = timedelta(days=3660)


class UnitForm(ReasonForm):
    """Which unit, and why."""

    field_order = ("unit", "through", "reason")
    unit = forms.ModelChoiceField(
        Unit.objects.order_by("pk"),
        label=gettext_lazy("Unit"),
        empty_label=None,
        widget=UnfoldAdminSelectWidget(),
    )


class LengthenForm(UnitForm):
    """Through which day, in the member's zone."""

    through = forms.DateField(label=gettext_lazy("Good through"), widget=UnfoldAdminDateWidget())

    def clean_through(self) -> date:
        """A day that is to come, and that will."""
        day, today = self.cleaned_data["through"], clock.now().date()
        if not today < day <= today + LONGEST:
            raise forms.ValidationError(_("A day after today, within ten years."))
        return day


def foresee_return(member: Member, *, actor: Actor, unit: Unit, reason: str) -> Foreseen:
    """The balance as it is, and as it would be."""
    back = lots.foresee_reinstatement(member, unit=unit)
    balance = Balance.objects.get(account=ledger.wallet(member, unit)).amount
    words = {"member": member, "amount": intcomma(back), "unit": unit.name, "why": reason}
    return Foreseen(
        _("Bring back %(amount)s expired %(unit)s of %(member)s: “%(why)s”") % words,
        [(_("Balance"), intcomma(balance), intcomma(balance + back))],
    )


def said_return(entries: list[Entry]) -> str:
    """What came of it."""
    return _("%(amount)s are back.") % {"amount": intcomma(sum(entry.amount for entry in entries))}


def foresee_longer(
    member: Member, *, actor: Actor, unit: Unit, through: date, reason: str
) -> Foreseen:
    """How much would live longer."""
    moves = lots.foresee_extension(member, unit=unit, until=_end_of(through, member))
    words = {"member": member, "unit": unit.name, "day": date_format(through), "why": reason}
    return Foreseen(
        _("Let %(unit)s of %(member)s live through %(day)s: “%(why)s”") % words,
        [
            (_("Lots that live longer"), "–", intcomma(moves.lots)),
            (_("Points in them"), "–", intcomma(moves.points)),
        ],
    )


def lengthen(member: Member, *, actor: Actor, unit: Unit, through: date, reason: str) -> int:
    """By the operation."""
    until = _end_of(through, member)
    return lots.extend_by_hand(member, unit=unit, until=until, reason=reason, actor=actor)


def said_longer(moved: int) -> str:
    """What came of it."""
    words = ngettext("%(lots)s lot lives longer.", "%(lots)s lots live longer.", moved)
    return words % {"lots": intcomma(moved)}


def _end_of(day: date, member: Member) -> datetime:
    """The first moment after the day, where the member lives."""
    return start_of_day(day + timedelta(days=1), member.time_zone)


STEPS = (
    Step(
        "reinstate",
        gettext_lazy("Bring back expired points"),
        gettext_lazy("What expired within the days that the member's tier allows."),
        "members.add_adjustment",
        lots.reinstate,
        can=can_adjust,
        fits=lambda member: member.erased_at is None,
        form=UnitForm,
        icon="settings_backup_restore",
        foresee=foresee_return,
        said=said_return,
    ),
    Step(
        "lengthen",
        gettext_lazy("Let points live longer"),
        gettext_lazy("Everything of a unit that the member can spend; nothing ends sooner."),
        "members.add_adjustment",
        lengthen,
        can=can_adjust,
        fits=lambda member: member.erased_at is None,
        form=LengthenForm,
        icon="more_time",
        foresee=foresee_longer,
        said=said_longer,
    ),
)

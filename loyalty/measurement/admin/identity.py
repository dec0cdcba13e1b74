"""Who a member is to shops, from the member's page: the keys their purchases are known by."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from members.console import Step
from members.domain.actors import Actor
from members.models import CustomerKey, Member
from members.operations import keys
from members.permissions import can_change_keys


class KeyForm(forms.Form):
    """Which kind, and what it is from now on."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=CustomerKey.Kind.choices,
        widget=UnfoldAdminSelectWidget(),
    )
    value = forms.CharField(
        label=gettext_lazy("Value"),
        max_length=320,
        required=False,
        help_text=gettext_lazy(
            "In place of all of this kind. Empty: the member has none any more."
        ),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )


def change_key(member: Member, *, actor: Actor, kind: str, value: str) -> Member:
    """By the operation."""
    return keys.give(member, keys={kind: [value] if value else []}, actor=actor)


def keys_said(member: Member) -> str:
    """What the member has now."""
    labels = {"card_token": _("cards"), "phone": _("phone numbers"), "email": _("e-mail addresses")}
    counted = ", ".join(f"{labels[name]}: {count}" for name, count in keys.kinds_of(member).items())
    return _("Changed. The member is known by: %(counted)s.") % {"counted": counted}


STEPS = (
    Step(
        "change_key",
        gettext_lazy("Customer keys"),
        gettext_lazy(
            "A card, a phone number or an e-mail address by which purchases are known that name no"
            " member. Those that wait for it count at once. It is kept in a form that cannot be read."
        ),
        "members.change_member",
        change_key,
        can=can_change_keys,
        fits=lambda member: member.erased_at is None,
        form=KeyForm,
        icon="key",
        said=keys_said,
    ),
)

"""Who a member is, from the member's page: the keys their purchases are known by, and merging."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from loyalty.campaigns.operations import merges
from members.console import Foreseen, OnceForm, ReasonForm, Step, person_of
from members.domain.actors import Actor
from members.models import CustomerKey, Member, Merge
from members.operations import keys
from members.permissions import can_change_keys, can_merge, can_unmerge


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


class MergeForm(OnceForm):
    """Into whom, why, and whose sign-in stays."""

    field_order = ("into", "keeps", "reason", "key")
    into = forms.CharField(
        label=gettext_lazy("Reference of the member who stays"),
        max_length=100,
        widget=UnfoldAdminTextInputWidget(),
    )
    keeps = forms.ChoiceField(
        label=gettext_lazy("Sign-in that stays, if both have one"),
        choices=[
            ("", "–"),
            ("target", gettext_lazy("of the member who stays")),
            ("source", gettext_lazy("of this member")),
        ],
        required=False,
        help_text=gettext_lazy("The other one is closed."),
        widget=UnfoldAdminSelectWidget(),
    )

    def clean_into(self) -> Member:
        """The member of that reference."""
        found = Member.objects.known_as(self.cleaned_data["into"].strip()).first()
        if found is None:
            raise forms.ValidationError(_("No member has this reference."))
        return found


def foresee_merge(
    member: Member, *, actor: Actor, into: Member, keeps: str, reason: str, key: UUID
) -> Foreseen:
    """What the member who stays has, and would have; and what would be taken back."""
    seen = merges.foresee(member, into, reason=reason, by=person_of(actor), keeps=keeps)
    changes = [(unit, intcomma(now), intcomma(then)) for unit, now, then in seen.changes]
    changes.append((_("Tier"), seen.tiers[0] or "–", seen.tiers[1] or "–"))
    words = {"source": member.ref, "target": into.ref, "lots": seen.lots, "why": reason}
    notes = [_("%(lots)s lots move, each with its own expiry.") % words] if seen.lots else []
    notes += [_("Given once, so taken back: %(bonus)s") % {"bonus": each} for each in seen.twice]
    notes.append(_("What is told for %(source)s from then on is %(target)s's.") % words)
    sentence = _("%(source)s becomes %(target)s: “%(why)s”") % words
    return Foreseen(sentence, changes, notes)


def merge(
    member: Member, *, actor: Actor, into: Member, keeps: str, reason: str, key: UUID
) -> Merge:
    """By the operation."""
    by = person_of(actor)
    once = f"console:{by.pk}:{key}"
    return merges.merge(member, into, reason=reason, key=once, by=by, keeps=keeps)


def unmerge(member: Member, *, actor: Actor, **asked: Any) -> Merge:
    """By the operation."""
    made = Merge.objects.filter(source=member).latest("pk")
    return merges.undo(made, by=person_of(actor), **asked)


def is_their_own(member: Member) -> bool:
    """Whether the membership is neither erased nor part of another."""
    return member.erased_at is None and member.merged_into_id is None


STEPS = (
    Step(
        "change_key",
        gettext_lazy("Change a customer key"),
        gettext_lazy(
            "A card, a phone number or an e-mail address by which purchases are known that name no"
            " member. Those that wait for it count at once. It is kept in a form that cannot be read."
        ),
        "members.change_member",
        change_key,
        can=can_change_keys,
        fits=is_their_own,
        form=KeyForm,
        icon="key",
        said=keys_said,
    ),
    Step(
        "merge",
        gettext_lazy("Merge into another member"),
        gettext_lazy("You see what moves before anything is saved. It can be undone."),
        "members.merge_member",
        merge,
        can=can_merge,
        fits=is_their_own,
        form=MergeForm,
        icon="merge",
        variant=ActionVariant.WARNING,
        foresee=foresee_merge,
        said=lambda made: _("Merged into %(ref)s.") % {"ref": made.target.ref},
    ),
    Step(
        "unmerge",
        gettext_lazy("Undo the merge"),
        gettext_lazy(
            "What has not been spent goes back, with everything that came over. What was earned since"
            " stays where it is."
        ),
        "members.merge_member",
        unmerge,
        can=can_unmerge,
        fits=lambda member: member.merged_into_id is not None,
        form=ReasonForm,
        icon="call_split",
        said=lambda made: _("Undone. %(ref)s is a member again.") % {"ref": made.source.ref},
    ),
)

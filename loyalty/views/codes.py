"""Entering a code from a leaflet, a lid or a letter."""

from uuid import uuid4

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loyalty.campaigns.errors import TooManyCodes
from loyalty.campaigns.operations import entering
from members.domain.actors import Actor
from members.models import Member
from members.views.guards import SignedInRequest, member_page


class CodeForm(forms.Form):
    """The code. `key` is made with the page, so that a button pressed twice enters it once."""

    code = forms.CharField(
        label=gettext_lazy("The code"),
        max_length=40,
        help_text=gettext_lazy("Large or small letters make no difference."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)


@member_page
def enter(request: SignedInRequest, member: Member) -> HttpResponse:
    """The form; sent, what the code brought, or that it brought nothing."""
    form = CodeForm(request.POST or None, initial={"key": uuid4()})
    if request.method != "POST":
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, status=422)
    asked = form.cleaned_data
    try:
        answer, why_not = entering.enter(
            member, code=asked["code"], key=str(asked["key"]), actor=Actor.user(request.user)
        )
    except TooManyCodes as refusal:
        form.add_error("code", refusal)
        return _page(request, form, status=429)
    if answer.effects:
        fresh = CodeForm(initial={"key": uuid4()})
        return _page(request, fresh, brought=answer.effects)
    form.add_error("code", why_not or _("This code is not known, or its time is over."))
    return _page(request, form, status=422)


def _page(
    request: SignedInRequest, form: CodeForm, status: int = 200, **context: object
) -> HttpResponse:
    """The page. A form that was refused gets a key of its own for the next try."""
    if form.is_bound:
        form.data = {**form.data.dict(), "key": str(uuid4())}  # type: ignore[attr-defined] # a QueryDict
    return render(request, "portal/points/code.html", {"form": form} | context, status=status)

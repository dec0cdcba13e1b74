"""Resetting the demo from the console: one button, and a word typed before it."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from loyalty.demo import resets
from members.domain.actors import Actor
from members.doors import staff_of

WORD = "reset"


class TypedForm(forms.Form):
    """The word that says that somebody means it."""

    typed = forms.CharField(
        label=gettext_lazy("Type “reset” to confirm"),
        max_length=20,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )

    def clean_typed(self) -> str:
        """It, and nothing else."""
        typed = self.cleaned_data["typed"].strip()
        if typed != WORD:
            raise forms.ValidationError(_("Type “reset”."))
        return typed


def reset(request: HttpRequest) -> HttpResponse:
    """Ask (GET), or have it done (POST). Where there is nothing to reset there is no such page."""
    if not resets.is_possible():
        raise Http404
    verdict = resets.can_reset(request.user)
    if not verdict:
        raise PermissionDenied(verdict.reason)
    form = TypedForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 202 if form.is_valid() and _ask(request, form) else 422
    context = {
        **admin.site.each_context(request),
        "title": _("Reset the demo"),
        "form": form,
        "is_under_way": resets.is_under_way(),
    }
    return TemplateResponse(request, "admin/demo_reset.html", context, status=status)


def _ask(request: HttpRequest, form: TypedForm) -> bool:
    try:
        resets.ask_for_reset(by=staff_of(request), actor=Actor.user(request.user))
    except (resets.NoDemo, resets.ResetUnderWay) as refusal:
        form.add_error(None, refusal)
        return False
    return True

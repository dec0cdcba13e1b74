"""The living page of the components, for whoever builds pages and whoever checks them."""

from django import forms
from django.conf import settings
from django.contrib.admin.views.decorators import staff_member_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from members import clock


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label=_("Display name"), help_text=_("What others see on boards."))
    email = forms.EmailField(label=_("E-mail"), required=False)
    story = forms.CharField(label=_("Story"), widget=forms.Textarea, required=False)
    zone = forms.ChoiceField(label=_("Time zone"), choices=[("a", "Europe/Berlin")])
    channel = forms.ChoiceField(
        label=_("Tell me by"),
        choices=[("mail", _("E-mail")), ("push", _("Push"))],
        widget=forms.RadioSelect,
    )
    agreed = forms.BooleanField(label=_("I have read the terms"))


def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component; the form below can be sent to see its errors."""
    form = SampleForm(request.POST or None)
    status = 422 if form.is_bound and not form.is_valid() else 200
    context = {
        "form": form,
        "now": clock.now(),
        "statement": [(48, 12480), (-500, 12432), (31, 12932)],
        "page": Paginator(range(90), 30).page(2),
    }
    return render(request, "portal/styleguide.html", context, status=status)


if not settings.DEBUG:
    styleguide = staff_member_required(styleguide)

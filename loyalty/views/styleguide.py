"""The living page of the components, for whoever builds pages and whoever checks them."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.views.decorators import staff_member_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from members import clock
from members.domain.charts import Chart, Series

#: How the page can be shown besides in the reader's own way: label, language, direction.
LOOKS = {
    "": (_("As usual"), "", ""),
    "rtl": (_("From right to left"), "", "rtl"),
    "de": (_("Long words (German)"), "de", ""),
}
DOINGS = {"said", "undo", "switch"}


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
    if request.method == "POST" and request.GET.get("do") in DOINGS:
        return _answer(request, request.GET["do"])
    form = SampleForm(request.POST or None)
    status = 422 if form.is_bound and not form.is_valid() else 200
    look = request.GET.get("look", "")
    _label, language, direction = LOOKS.get(look, LOOKS[""])
    with translation.override(language or translation.get_language()):
        context = _samples() | {
            "form": form,
            "looks": [
                {"label": label, "query": f"look={name}", "is_current": name == look}
                for name, (label, _language, _direction) in LOOKS.items()
            ],
            "direction": direction or ("rtl" if translation.get_language_bidi() else "ltr"),
            "asks_leave": request.GET.get("ask") == "leave",
            "said": "said" in request.GET,
            "is_on": "on" in request.GET,
        }
        return render(request, "portal/styleguide.html", context, status=status)


def _answer(request: HttpRequest, doing: str) -> HttpResponse:
    """What a component's form does here: nothing, but it is seen."""
    if doing == "undo":
        messages.success(request, _("Undone."))
    query = {
        "said": "?said",
        "undo": "",
        "switch": "?on" if request.POST.get("on") == "yes" else "",
    }
    return redirect(f"{request.path}{query[doing]}#answers")


def _samples() -> dict[str, object]:
    """Figures to show."""
    months = [str(_(name)) for name in ("Jun", "Jul", "Aug", "Sep", "Oct", "Nov")]
    given, spent = (820, 960, 1140, 900, 1310, 1480), (400, 380, 720, 860, 640, 910)
    return {
        "now": clock.now(),
        "statement": [(48, 12480), (-500, 12432), (31, 12932)],
        "page": Paginator(range(90), 30).page(2),
        "bars": Chart(
            str(_("Points by month")), months,
            [Series(str(_("Given")), given), Series(str(_("Spent")), spent)],
        ),
        "lines": Chart(
            str(_("Visits by week")), [str(week) for week in range(30, 42)],
            [Series(str(_("Visits")), (3, 5, 4, None, 6, 9, 8, 11, 10, 14, 12, 15))],
        ),
    }  # fmt: skip


if not settings.DEBUG:
    styleguide = staff_member_required(styleguide)

"""Writing to the guests of one tab: how many they are is said before anything is sent."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from events_directory.forms.guest_notes import GuestNoteForm
from events_directory.models import GuestNote
from events_directory.operations import guest_notes as operations
from events_directory.views import desk
from events_directory.views.outcomes import attempt
from members.domain.actors import Actor


@login_required
@require_http_methods(["GET", "POST"])
def note(request: HttpRequest, slug: str, pk: int, audience: str) -> HttpResponse:
    """A few words to one tab of guests."""
    occurrence = desk.own_date(request, slug, pk)
    if audience not in GuestNote.Audience.values:
        raise Http404
    number = operations.guests_of(occurrence, audience).count()
    form = GuestNoteForm(request.POST or None, initial={"expected": number})
    if request.method == "POST":
        actor = Actor.user(request.user)
        send = partial(operations.send, occurrence, audience=audience, actor=actor)
        sent = attempt(form, lambda: send(**form.cleaned_data))
        if sent is not None:
            done = ngettext("Sent to %(number)s guest.", "Sent to %(number)s guests.", sent.guests)
            messages.success(request, done % {"number": sent.guests})
            return redirect("partner:guests", slug, pk)
        form = form.asking_again(number)
    context = {"occurrence": occurrence, "number": number, "most": operations.MOST}
    context["audience"] = GuestNote.Audience(audience).label
    return desk.page(request, "note", occurrence.micro_event.partner, form=form, **context)

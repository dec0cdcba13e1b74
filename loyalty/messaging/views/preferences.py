"""What a member wants to be told, and when; and leaving a topic from a mail."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from loyalty.messaging.forms import MessagesForm
from loyalty.messaging.models import Message, Pace
from loyalty.messaging.operations import choices, subscriptions
from loyalty.messaging.operations.messages import agreed_to_mail
from members.domain.actors import Actor
from members.models import Member
from members.operations import consent_texts, consents
from members.views.guards import SignedInRequest, member_page
from members.views.viewing import seen_by_staff

#: What agreeing to e-mail is called among consents.
PURPOSE, CHANNEL = "programme", "email"


@seen_by_staff
@member_page
def preferences(request: SignedInRequest, member: Member) -> HttpResponse:
    """Topics by channels, quiet hours, and the most in a day."""
    agrees = member.pk in agreed_to_mail({member.pk})
    form = MessagesForm(
        request.POST or None,
        left=member.message_choices.all(),
        pace=Pace.objects.filter(member=member).first(),
        agrees=agrees,
    )
    if form.is_bound and form.is_valid():
        _save(member, form, agreed=agrees, actor=Actor.user(request.user))
        messages.success(request, _("Saved."))
        return redirect("messages:preferences")
    context = {"form": form, "channels": Message.Channel, "zone": member.time_zone}
    status = 422 if form.is_bound else 200
    return render(request, "portal/messaging/preferences.html", context, status=status)


@transaction.atomic
def _save(member: Member, form: MessagesForm, *, agreed: bool, actor: Actor) -> None:
    agrees = form.cleaned_data["agrees"]
    if agrees != agreed:
        text = consent_texts.in_force().get(PURPOSE)
        consents.record(
            member,
            purpose=PURPOSE,
            channel=CHANNEL,
            granted=agrees,
            text_version=str(text.version) if text else "",
            actor=actor,
        )
    choices.choose(member, wanted=form.wanted, actor=actor)
    begins, ends = form.quiet
    choices.set_pace(
        member,
        quiet_from=begins,
        quiet_until=ends,
        most_a_day=form.cleaned_data["most_a_day"],
        actor=actor,
    )


@csrf_exempt
@require_http_methods(["GET", "POST"])
def unsubscription(request: HttpRequest, key: str) -> HttpResponse:
    """Where a mail's link leads. Looking leaves nothing; a mailbox that posts by itself needs no session,
    for the key speaks for its member alone."""
    held = subscriptions.read(key)
    if held is None:
        raise Http404
    member, topic = held
    if request.method == "POST":
        subscriptions.leave(member, topic=topic)
    context = {"topic": topic.label, "is_done": request.method == "POST"}
    return render(request, "portal/messaging/unsubscription.html", context)

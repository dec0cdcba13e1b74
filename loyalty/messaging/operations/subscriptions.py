"""Leaving a topic from a mail itself (RFC 8058): a link that only its member holds."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from loyalty.messaging.models import Message, Topic
from loyalty.messaging.operations import choices
from members.domain.actors import Actor
from members.models import Member

#: Keeps a link's key from being used anywhere else.
SALT = "messaging.unsubscription"
BY_LINK = Actor.system("link in a mail")


def link_for(message: Message) -> str:
    """Where this mail's reader leaves its topic, whether or not they are signed in."""
    key = signing.dumps({"m": message.member_id, "t": Topic.of(message.topic)}, salt=SALT)
    return settings.PUBLIC_URL + reverse("messages:unsubscription", args=(key,))


def read(key: str) -> tuple[Member, Topic] | None:
    """Whose key this is, and for which topic; None when it is nobody's (any more)."""
    try:
        held = signing.loads(key, salt=SALT)
    except signing.BadSignature:
        return None
    member = Member.objects.select_related("merged_into").filter(pk=held["m"]).first()
    if member is None or member.heir.erased_at is not None:
        return None
    return member.heir, Topic(held["t"])


def leave(member: Member, *, topic: Topic, actor: Actor = BY_LINK) -> None:
    """No more e-mail about this topic. Leaving again changes nothing."""
    choices.choose(
        member,
        wanted={(topic, Message.Channel.EMAIL): False},
        actor=actor,
        reason="Left by the link in a mail",
    )

"""What a member wants to be told, and when: their own word, which every message asks."""

from collections.abc import Mapping
from datetime import time

from django.db import transaction

from loyalty.messaging.errors import NoSuchQuietHours, NoSuchTopic
from loyalty.messaging.models import Choice, Message, Pace, Topic
from members import clock
from members.domain.actors import Actor
from members.models import Member
from members.operations import audit


@transaction.atomic
def choose(
    member: Member, *, wanted: Mapping[tuple[str, str], bool], actor: Actor, reason: str = ""
) -> list[Choice]:
    """Note for each (topic, channel) whether it is wanted; answers what is different from before.

    Raises NoSuchTopic, and then notes nothing.
    """
    if any(
        topic not in Topic.values or channel not in Message.Channel.values
        for topic, channel in wanted
    ):
        raise NoSuchTopic()
    Member.objects.select_for_update().get(pk=member.pk)
    before = {(each.topic, each.channel): each for each in Choice.objects.filter(member=member)}
    changed = []
    for (topic, channel), is_wanted in sorted(wanted.items()):
        choice = before.get((topic, channel))
        if is_wanted == (choice is None or choice.is_wanted):
            continue
        choice = choice or Choice(member=member, topic=topic, channel=channel)
        choice.is_wanted, choice.changed_at = is_wanted, clock.now()
        choice.save()
        changed.append(choice)
    audit.record_all(
        changed,
        actor=actor,
        verb="messaging.choice.changed",
        after=[
            {"topic": each.topic, "channel": each.channel, "is_wanted": each.is_wanted}
            for each in changed
        ],
        reasons=[reason for _ in changed],
    )
    return changed


@transaction.atomic
def set_pace(
    member: Member,
    *,
    quiet_from: time | None,
    quiet_until: time | None,
    most_a_day: int | None,
    actor: Actor,
) -> Pace:
    """Say when e-mail has to wait, and how many may come in a day. Raises NoSuchQuietHours."""
    if (quiet_from is None) != (quiet_until is None) or (
        quiet_from is not None and quiet_from == quiet_until
    ):
        raise NoSuchQuietHours()
    Pace.objects.get_or_create(member=member)
    pace = Pace.objects.select_for_update().get(member=member)
    said = {"quiet_from": quiet_from, "quiet_until": quiet_until, "most_a_day": most_a_day}
    changed = {name: value for name, value in said.items() if getattr(pace, name) != value}
    if not changed:
        return pace
    for name, value in changed.items():
        setattr(pace, name, value)
    pace.save(update_fields=list(changed))
    after = {name: None if value is None else str(value) for name, value in changed.items()}
    audit.record(pace, actor=actor, verb="messaging.pace.changed", after=after)
    return pace

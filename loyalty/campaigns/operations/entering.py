"""Codes that members enter themselves."""

from datetime import timedelta

from django.db import connection, transaction

from loyalty.campaigns.domain.codes import ENTERED, FIELD, folded
from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.errors import TooManyCodes
from loyalty.campaigns.models import Evaluation
from loyalty.campaigns.operations import intake
from loyalty.campaigns.operations.answers import Answer
from members import clock
from members.domain.actors import Actor
from members.models import Activity, Member

#: Where they are entered.
SOURCE = "portal"
#: So many codes that brought nothing in an hour, then none is read any more.
WRONG_CODES, AN_HOUR = 10, timedelta(hours=1)


@transaction.atomic
def enter(member: Member, *, code: str, key: str, actor: Actor) -> tuple[Answer, str]:
    """Record that the member entered a code; answers what it brought, and, where it was a code but brought
    nothing (any more), why.

    The same `key` again gets the first answer. Raises TooManyCodes.
    """
    with connection.cursor() as cursor:
        # One at a time, so that nobody guesses with many hands. Taken before any other lock.
        cursor.execute("SELECT pg_advisory_xact_lock(8247, %s)", [member.pk % 2**31])
    now, external_id = clock.now(), f"code:{member.pk}:{key}"
    entered = Activity.objects.filter(source=SOURCE, member=member, kind=ENTERED)
    first = entered.filter(external_id=external_id).first()
    wrong = entered.filter(occurred_at__gt=now - AN_HOUR, effects=None)
    if first is None and wrong.count() >= WRONG_CODES:
        raise TooManyCodes()
    told = Told(
        SOURCE,
        external_id,
        ENTERED,
        member.ref,
        first.occurred_at if first is not None else now,
        {"code": folded(code)},
    )
    [answer] = intake.take([told], actor=actor)
    return answer, "" if answer.effects else _why_not(external_id)


def _why_not(external_id: str) -> str:
    """What stood against a code that some rule knows; empty for a code that none does."""
    found = Evaluation.objects.filter(
        activity__source=SOURCE, activity__external_id=external_id
    ).first()
    for trace in found.trace if found is not None else ():
        # What it asked besides the code is not for guessers; what cut it is for whoever had the code.
        asked = [held for name, _op, _seen, held in trace["tests"] if name == FIELD]
        if asked and all(held for *_, held in trace["tests"]) and not trace["passed"]:
            return str(trace["why"])
    return ""

"""Telling rules that a member's points have reached an amount that some rule waits for.

Amounts are watched because a live rule names them: triggered by `points.reached`, with a test that
`activity.reached` is, or is at least, so many.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from loyalty.audiences.domain.conditions import tests
from loyalty.campaigns.domain.rules import Rule
from members.domain.actors import Actor
from members.domain.ledger import Line, Posted
from members.models import Account, Entry, Unit
from members.operations import activities

REACHED = "points.reached"
COMING_IN = (Entry.Kind.ACCRUAL, Entry.Kind.ACTIVATION)


def watched(rules: Sequence[Rule], units: Mapping[str, Unit]) -> dict[int, tuple[int, ...]]:
    """The amounts that these rules wait for, by unit: the one they name, or all that can be spent."""
    found: dict[int, set[int]] = {}
    for rule in rules:
        asked = list(tests(rule.condition))
        named = {
            test.value for test in asked if test.field.name == "activity.unit" and test.op == "is"
        }
        amounts = {
            int(test.value)
            for test in asked
            if test.field.name == "activity.reached" and test.op in ("is", "at_least")
        }
        for code, unit in units.items():
            if code in named or (not named and unit.purpose == Unit.Purpose.SPENDABLE):
                found.setdefault(unit.pk, set()).update(amounts)
    return {unit: tuple(sorted(amounts)) for unit, amounts in found.items() if amounts}


def tell(
    marks: Mapping[int, tuple[int, ...]],
    lines: Sequence[Line],
    posted: Sequence[Posted],
    *,
    actor: Actor,
) -> None:
    """Record `points.reached` for every watched amount that these postings took a wallet across. One
    query when any unit is watched, none otherwise."""
    news: dict[int, datetime] = {
        result.entry_id: line.occurred_at
        for line, result in zip(lines, posted, strict=True)
        if result.is_new and line.unit in marks and line.kind in COMING_IN
    }
    if not news:
        return
    entries = Entry.objects.filter(
        pk__in=news, credit__kind=Account.Kind.WALLET, credit__member__isnull=False
    ).select_related("credit__member", "unit")
    activities.record_many(
        [
            _fact(entry, mark, news[entry.pk])
            for entry in entries.order_by("pk")
            for mark in marks[entry.unit_id]
            if (entry.credit_after or 0) - entry.amount < mark <= (entry.credit_after or 0)
        ],
        actor=actor,
    )


def _fact(entry: Entry, mark: int, at: datetime) -> dict[str, Any]:
    member = entry.credit.member
    assert member is not None  # asked for members' wallets only
    return {
        "kind": REACHED,
        "source": "laurel",
        "external_id": f"points:{entry.pk}:{mark}",
        "subject": member.ref,
        "member_id": member.pk,
        "occurred_at": at,
        "payload": {"unit": entry.unit.code, "reached": mark},
    }

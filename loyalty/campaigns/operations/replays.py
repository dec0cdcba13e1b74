"""Evaluating stored activities again, with the rule versions, the frames and the facts that are stored.

Nothing is written. Whoever doubts an amount, an auditor or we ourselves, gets it reckoned once more, years
later and to the point; a difference means that something was changed that must not change.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from loyalty.campaigns.domain.again import Asked, given_again
from loyalty.campaigns.domain.gates import is_open
from loyalty.campaigns.domain.orders import Rate, read_order
from loyalty.campaigns.models import Effect, MergedBonus, RuleVersion
from loyalty.campaigns.operations import returns, rulebook
from loyalty.campaigns.operations.contents import content_of
from loyalty.campaigns.operations.rulebook import Rulebook
from loyalty.campaigns.operations.sales import Sale, sales_of
from loyalty.campaigns.operations.schemas import ORDERS
from members.models import Activity
from members.shipped import RETURNS

CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Difference:
    """That an effect is not what its rule version says: by activity, version and place; what was given,
    and what is reckoned now."""

    activity_id: int
    rule_version: int
    place: int
    given: int
    again: int


@dataclass(slots=True)
class Replay:
    """What was reckoned again, and every difference."""

    activities: int = 0
    effects: int = 0
    differences: list[Difference] = field(default_factory=list)


def replay(*, since: datetime | None = None, until: datetime | None = None) -> Replay:
    """Evaluate again every activity that occurred in [since, until), and every return of such an order.

    Of members who were erased nothing is left to evaluate.
    """
    found = Activity.objects.filter(evaluation__isnull=False, member__erased_at=None)
    if since is not None:
        found = found.filter(occurred_at__gte=since)
    if until is not None:
        found = found.filter(occurred_at__lt=until)
    done, last = Replay(), 0
    while rows := list(
        found.filter(pk__gt=last).select_related("evaluation").order_by("pk")[:CHUNK]
    ):
        last = rows[-1].pk
        _replay(rows, done)
    return done


def _replay(rows: list[Activity], done: Replay) -> None:
    given: dict[int, dict[tuple[int, int], int]] = defaultdict(dict)
    effects = Effect.objects.filter(activity__in=rows, kind="points", reverses=None)
    for effect in effects:
        given[effect.activity_id][effect.rule_version_id, effect.place] = effect.amount or 0
    book = _book(rows)
    for row in rows:
        done.activities += 1
        done.effects += len(given[row.pk])
        again = _again(row, book)
        for key in sorted(given[row.pk].keys() | again.keys()):
            told, reckoned = given[row.pk].get(key, 0), again.get(key, 0)
            if told != reckoned:
                done.differences.append(Difference(row.pk, *key, told, reckoned))
    done.differences += _returned([row for row in rows if row.kind in ORDERS])


def _book(rows: Iterable[Activity]) -> Rulebook:
    """The rulebook, with every version compiled that these were asked about; one query."""
    book = rulebook.current()
    wanted = {trace["rule"] for row in rows for trace in row.evaluation.trace if trace["rule"]}
    wanted |= {pk for row in rows for pk in row.evaluation.ruled_out}
    unknown = RuleVersion.objects.filter(pk__in=wanted - set(book.past))
    for version in unknown.select_related("campaign").prefetch_related("campaign__segment_budgets"):
        book.rule(version)
    return book


def _again(row: Activity, book: Rulebook) -> dict[tuple[int, int], int]:
    evaluation, content = row.evaluation, content_of(row.kind, row.payload)
    order = None
    if row.kind in ORDERS:
        rate = evaluation.rate
        order = read_order(
            row.payload, None if rate is None else Rate(settings.PROGRAMME_CURRENCY, rate)
        )
    asked = [
        Asked(
            book.past[trace["rule"]],
            tuple(test[3] for test in trace["tests"]),
            trace.get("code", ""),
            trace["cap"][1] if "cap" in trace else None,
            tuple(trace.get("done", ())),
        )
        for trace in evaluation.trace
        if trace["rule"]  # notes are of no rule
    ]
    facts = content | (order.facts() if order is not None else {})
    wrong = {
        (pk, 0): -1 for pk in evaluation.ruled_out if is_open(book.past[pk], content)
    }  # something was ruled out that its own content does not rule out
    return given_again(asked, order, facts, at=row.occurred_at) | wrong


def _returned(orders: list[Activity]) -> Iterator[Difference]:
    """What returns asked for, reckoned again part by part. Orders of which a merge took a bonus are left to
    `verify_ledger`."""
    merged = set(
        MergedBonus.objects.filter(effect__activity__in=orders).values_list(
            "effect__activity", flat=True
        )
    )
    asked: dict[tuple[int, int], int] = {
        (effect.reverses_id or 0, effect.activity_id): -(effect.amount or 0)
        for effect in Effect.objects.filter(reverses__activity__in=orders, kind="reversal")
    }
    touched = set(
        Effect.objects.filter(
            reverses__activity__in=orders, activity__kind__in=RETURNS
        ).values_list("reverses__activity", flat=True)
    )
    keys = {
        (row.member_id or 0, row.source, str(row.payload["order_id"]))
        for row in orders
        if row.pk in touched and row.pk not in merged
    }
    book = rulebook.current()
    for sale in sales_of(keys).values() if keys else ():
        sale.asked.clear()
        sale.returned.clear()
        for back in _in_turn(sale):
            due = returns.due_after(sale, back.payload, book)
            for effect in sale.effects:
                before = sale.asked.get(effect.pk, 0)
                kept = due.get((effect.rule_version_id, effect.place), 0)
                left = (effect.amount or 0) - before - _cancelled(sale, effect, back)
                again = max(left - kept, 0)
                sale.asked[effect.pk] = before + again
                told = asked.get((effect.pk, back.pk), 0)
                if told != again:
                    yield Difference(back.pk, effect.rule_version_id, effect.place, -told, -again)


def _cancelled(sale: Sale, effect: Effect, back: Activity) -> int:
    """How much of what it promised had been cancelled when this return was settled."""
    entry = sale.cancelled.get(effect.pk)
    if entry is None:
        return 0
    settled = back.settled_at  # type: ignore[attr-defined] # annotated
    is_before = (entry.recorded_at, entry.occurred_at) <= (settled, back.occurred_at)
    return entry.amount if is_before else 0


def _in_turn(sale: Sale) -> list[Activity]:
    """The returns of an order, those too that took nothing, in the order in which they were settled: those
    that came before it are settled after those that came with it."""
    order = sale.activity

    def turn(back: Activity) -> tuple[datetime, bool, datetime, int]:
        is_early = back.received_at < order.received_at or back.occurred_at < order.occurred_at
        settled: datetime = back.settled_at  # type: ignore[attr-defined] # annotated
        return settled, is_early, back.occurred_at, back.pk

    return sorted(sale.backs, key=turn)

"""What the door answers for one activity."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from loyalty.campaigns.domain.order_states import code_of
from loyalty.campaigns.domain.told import Fault, Told
from loyalty.campaigns.models import Effect
from loyalty.campaigns.operations import missed
from loyalty.campaigns.operations.items import Item
from loyalty.campaigns.operations.storing import Arrival, NewEffect
from members.models import Activity, Entry
from members.shipped import RETURNS


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is accepted, duplicate, parked, quarantined, declined or rejected; `code` says which `reason`
    it is, of those that are about an order."""

    id: str
    source: str
    status: str
    effects: list[dict[str, Any]] = field(default_factory=list)
    not_earned: list[dict[str, str]] = field(default_factory=list)
    errors: list[dict[str, str]] = field(default_factory=list)
    reason: str = ""
    code: str = ""
    lines: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The answer as the API gives it; empty explanations are left out."""
        body = asdict(self)
        for name in ("errors", "reason", "code", "lines"):
            if not body[name]:
                del body[name]
        return body


def rejected(told: Told, faults: Iterable[Fault]) -> Answer:
    """Nothing was stored; here is what is wrong and where."""
    return Answer(
        told.external_id, told.source, "rejected", errors=[asdict(fault) for fault in faults]
    )


def not_counted(arrival: Arrival) -> Answer:
    """Stored, but it does not count (yet)."""
    told, reason = arrival.told, arrival.reason
    return Answer(
        told.external_id, told.source, str(arrival.status), reason=reason, code=code_of(reason)
    )


def contradicted(told: Told) -> Answer:
    """The key is known, but something else was said under it."""
    fault = Fault("/id", "said_differently", "This id was told before with other content.")
    return Answer(
        told.external_id, told.source, "quarantined", errors=[asdict(fault)], reason=fault.detail
    )


def afresh(
    item: Item,
    given_back: Sequence[dict[str, Any]] = (),
    lines: Sequence[dict[str, Any]] = (),
) -> Answer:
    """The answer for an activity that was just evaluated; `given_back` is its part of what
    `given_back_by` found, `lines` what each of its lines earns."""
    traces = item.outcome.traces if item.outcome else ()
    return Answer(
        item.told.external_id,
        item.told.source,
        "accepted",
        effects=[*map(_effect, item.effects), *given_back],
        not_earned=[
            *_not_earned(item.notes),
            *_not_earned(
                {"campaign": trace.rule.campaign, "why": trace.why, "passed": trace.passed}
                for trace in traces
            ),
            *missed.ruled_out(item.told.kind, item.told.payload, item.ruled_out),
        ],
        lines=list(lines),
    )


def again(told: Told, stored: Activity) -> Answer:
    """The first answer of a known activity, read back."""
    evaluation = getattr(stored, "evaluation", None)
    if stored.status != Activity.Status.ACCEPTED:
        reason = stored.status_reason
        return Answer(
            told.external_id, told.source, stored.status, reason=reason, code=code_of(reason)
        )
    effects = sorted(stored.effects.all(), key=lambda effect: effect.pk)
    given_back = given_back_by([stored.pk]) if told.kind in RETURNS else {}
    return Answer(
        told.external_id,
        told.source,
        "duplicate",
        effects=[*map(_effect, effects), *given_back.get(stored.pk, ())],
        not_earned=[
            *_not_earned(evaluation.trace if evaluation else []),
            *missed.ruled_out(told.kind, told.payload, missed.rules_of(evaluation)),
        ],
    )


def _effect(effect: Effect | NewEffect) -> dict[str, Any]:
    return {
        "kind": effect.kind,
        "unit": effect.unit_code or None,
        "amount": effect.amount,
        "state": str(effect.state),
        "campaign": effect.campaign.slug,
        "rule_version": effect.rule_version.number,
        "why": effect.why,
    }


def given_back_by(returns: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """By return, the points its order was paid with, which came back with it; no rule took them."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    if not returns:
        return found
    entries = Entry.objects.filter(
        cause_kind="activity", cause_id__in=returns, kind=Entry.Kind.RESTORATION
    ).exclude(reverses__effect__kind="deduction")
    for entry in entries.select_related("unit").order_by("pk"):
        found[entry.cause_id or 0].append(
            {
                "kind": "restoration",
                "unit": entry.unit.code,
                "amount": entry.amount,
                "state": str(Effect.State.ACTIVE),
                "campaign": None,
                "rule_version": None,
                "why": entry.reason,
            }
        )
    return found


def _not_earned(traces: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    return [
        {"campaign": trace["campaign"], "why": trace["why"]}
        for trace in traces
        if not trace["passed"]
    ]

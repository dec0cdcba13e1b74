"""A first look at a rule that is being written: its faults, whom it could reach, what it would have met.

Nothing here writes. How much it would have cost is the back-test's to say.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from loyalty.audiences.domain.conditions import BadTreeError
from loyalty.audiences.domain.fields import Catalogue
from loyalty.audiences.domain.possible import possible
from loyalty.audiences.domain.predicate import judge
from loyalty.audiences.operations import belonging
from loyalty.audiences.operations.belonging import Audience
from loyalty.campaigns.domain.effects import compile_effects
from loyalty.campaigns.domain.rules import compile_condition, compile_limit
from loyalty.campaigns.errors import BadRule
from loyalty.campaigns.models import Campaign, RuleVersion
from loyalty.campaigns.operations import campaigns, rulebook
from loyalty.campaigns.operations.hindsight import Hindsight
from members import clock
from members.models import Activity

#: How far back a look goes, and at how many activities at most, the latest first.
DAYS = 30
OF_MEMBERS = ("member.", "attribute.", "history.")
OF_THE_MOMENT = ("member.has_birthday", "history.same_kind", "history.same_serial")
MOST = 1_000


@dataclass(frozen=True, slots=True)
class Place:
    """A fault, and the JSON pointer of where it is in the rule."""

    pointer: str
    why: str


@dataclass(frozen=True, slots=True)
class Met:
    """Of `looked_at` activities of the last days, the latest, how many met the condition, by the facts of
    their time."""

    met: int
    looked_at: int
    is_all: bool


def draft_of(campaign: Campaign, rule: dict[str, Any]) -> RuleVersion:
    """The rule as a version that is not stored: `triggers`, `conditions`, `effects`, `limit`."""
    return RuleVersion(
        campaign=campaign,
        number=0,
        triggers=rule.get("triggers") or [],
        conditions=rule.get("conditions") or {},
        effects=rule.get("effects"),
        limit=rule.get("limit") or {},
    )


def faults_of(version: RuleVersion, known: Catalogue) -> list[Place]:
    """The first fault of each part of a rule, and where; empty when it could be saved."""
    found = [
        fault
        for fault in (
            _fault("", lambda: campaigns.check_triggers(version.triggers)),
            _fault("/conditions", lambda: compile_condition(version.conditions, known)),
            _fault("", lambda: compile_effects(version.effects)),
            _fault("", lambda: compile_limit(version.limit)),
        )
        if fault is not None
    ]
    if found:
        return found
    named = _fault(
        "",
        lambda: rulebook.check(rulebook.compile_version(version, version.campaign, known)),
    )
    return [named] if named else []


def reach(version: RuleVersion) -> Audience:
    """The members whom the rule could ever reach, by what it asks about them."""
    return belonging.audience(possible(version.conditions, _is_of_members))


def _is_of_members(name: str) -> bool:
    """Whether a field is about the member alone, and not about what they do just then, or when."""
    return name.startswith(OF_MEMBERS) and name not in OF_THE_MOMENT


def meeting(version: RuleVersion, known: Catalogue, *, at: datetime | None = None) -> Met:
    """How many of the latest activities that set the rule off meet its condition."""
    at = at or clock.now()
    recent = (
        Activity.objects.filter(
            kind__in=version.triggers,
            status=Activity.Status.ACCEPTED,
            occurred_at__range=(at - timedelta(days=DAYS), at),
        )
        .select_related("member")
        .order_by("-pk")
    )
    rows = list(recent[: MOST + 1])
    node = compile_condition(version.conditions, known)
    seen = Hindsight(rows[:MOST], [node], version.triggers)
    met = sum(judge(node, act.facts)[0] for act in seen.acts())
    return Met(met, min(len(rows), MOST), len(rows) <= MOST)


def _fault(prefix: str, attempt: Any) -> Place | None:
    try:
        attempt()
    except BadTreeError as fault:
        return Place(f"{prefix}{fault.pointer}" or "/", fault.why)
    except BadRule as fault:
        said: dict[str, Any] = fault.params or {}
        return Place(str(said.get("pointer")), str(said.get("why")))
    return None

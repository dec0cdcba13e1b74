"""Which of the campaigns that could pay give way to another one: pure.

Of the campaigns that name the same exclusive category only one pays: the first, by priority and age,
that gives anything. Of a stacking group in the mode `first` likewise; in the mode `best` the one that
brings the member most. Categories are decided before groups, each in order. A campaign in neither is
joint and always pays. `docs/algorithms/evaluation.md` has worked tables.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from loyalty.campaigns.domain.rules import Group, Rule
from members.domain.sentences import kept

#: What each of these rules would give if they alone applied: units and amounts, by version. A rule that
#: would give nothing at all is not in it.
Trial = Callable[[Sequence[Rule]], dict[int, list[tuple[str, int]]]]


@dataclass(frozen=True, slots=True)
class Lost:
    """That a rule gives way, to whom, and why in words."""

    code: str
    winner: Rule
    why: str


def losers(held: Sequence[Rule], trial: Trial) -> dict[int, Lost]:
    """The rules, by version, that give way to another among those whose conditions `held`."""
    lost: dict[int, Lost] = {}
    if not any(rule.category or rule.group for rule in held):
        return lost
    rivals = _rivals(held, lambda rule: rule.category)
    for _, several in sorted(rivals.items(), key=lambda pair: precedence(pair[1][0])):
        if (winner := _first(several, held, trial, lost)) is not None:
            why = kept("%(campaign)s goes before it: only one of their kind pays") % {
                "campaign": winner.title
            }
            _give_way(several, winner, "category", why, lost)
    in_groups = _rivals(held, lambda rule: rule.group)
    for group, several in sorted(in_groups.items(), key=lambda pair: pair[0].order):
        left = [rule for rule in several if rule.version_id not in lost]
        if group.mode == "first" and (winner := _first(left, held, trial, lost)):
            _give_way(
                left,
                winner,
                "group",
                kept("Another campaign came first: %(campaign)s") % {"campaign": winner.title},
                lost,
            )
        if group.mode == "best" and (winner := _best(group, left, held, trial, lost)):
            why = kept("Another campaign was better for you: %(campaign)s") % {
                "campaign": winner.title
            }
            _give_way(left, winner, "group", why, lost)
    return lost


def precedence(rule: Rule) -> tuple[int, int]:
    """By priority, then by age; a multiplier too has the place that its priority gives it."""
    return rule.priority, rule.version_id


def _rivals(held: Sequence[Rule], of: Callable[[Rule], Any]) -> dict[Any, list[Rule]]:
    """Who is up against each other, in order of precedence."""
    found: dict[Any, list[Rule]] = {}
    for rule in sorted(held, key=precedence):
        if key := of(rule):
            found.setdefault(key, []).append(rule)
    return {key: several for key, several in found.items() if len(several) > 1}


def _alone(
    rule: Rule, rivals: Iterable[Rule], held: Sequence[Rule], lost: dict[int, Lost]
) -> list[Rule]:
    """The rule with all that are joint with it: not its rivals, nor whom a group holds undecided."""
    against = {rival.version_id for rival in rivals} - {rule.version_id}
    return [
        each
        for each in held
        if each is rule
        or (each.version_id not in against and each.version_id not in lost and not each.is_stacked)
    ]


def _first(
    several: Sequence[Rule], held: Sequence[Rule], trial: Trial, lost: dict[int, Lost]
) -> Rule | None:
    return next(
        (rule for rule in several if rule.version_id in trial(_alone(rule, several, held, lost))),
        None,
    )


def _best(
    group: Group, several: Sequence[Rule], held: Sequence[Rule], trial: Trial, lost: dict[int, Lost]
) -> Rule | None:
    """The one that the member is paid most with, all in all; of equals the first."""
    best: tuple[Decimal, Rule] | None = None
    for rule in several:
        found = trial(_alone(rule, several, held, lost))
        if rule.version_id not in found:
            continue
        worth = group.worth(pair for paid in found.values() for pair in paid)
        if best is None or worth > best[0]:
            best = worth, rule
    return best[1] if best else None


def _give_way(
    several: Iterable[Rule], winner: Rule, code: str, why: str, lost: dict[int, Lost]
) -> None:
    for rule in several:
        if rule is not winner:
            lost[rule.version_id] = Lost(code, winner, why)

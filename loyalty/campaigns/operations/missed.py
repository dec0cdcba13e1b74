"""Why a campaign did not count for an activity, in the words that members read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from loyalty.campaigns.domain.evaluate import NEEDED, Trace, in_words
from loyalty.campaigns.domain.gates import failed
from loyalty.campaigns.domain.rules import Rule
from loyalty.campaigns.models import Campaign, Evaluation, RuleVersion
from loyalty.campaigns.operations import rulebook
from loyalty.campaigns.operations.contents import content_of
from members.models import Activity


@dataclass(frozen=True, slots=True)
class Missed:
    """A campaign that did not count: what it is, each thing that was lacking, and otherwise why."""

    name: str
    description: str
    lacking: tuple[str, ...]
    why: str


def of(activity: Activity) -> list[Missed]:
    """The public campaigns that did not count for an activity, as its member reads it. A number of
    queries that does not depend on the campaigns."""
    evaluation = getattr(activity, "evaluation", None)
    if evaluation is None:
        return []
    said = [
        (trace["rule"], trace["why"], trace.get("code", "conditions"))
        for trace in evaluation.trace
        if not trace["passed"]
    ]
    missed = ruled_out(activity.kind, activity.payload, rules_of(evaluation))
    said += [
        (pk, each["why"], "conditions")
        for pk, each in zip(evaluation.ruled_out, missed, strict=True)
    ]
    versions = RuleVersion.objects.select_related("campaign").in_bulk([pk for pk, *_ in said])
    return [
        _missed(versions[pk].campaign, why, code)
        for pk, why, code in said
        if pk in versions and versions[pk].campaign.is_public
    ]


def _missed(campaign: Campaign, why: str, code: str) -> Missed:
    lacking = why.removeprefix(NEEDED).split("; ") if code == "conditions" else []
    return Missed(campaign.name, campaign.description, tuple(lacking), "" if lacking else why)


def rules_of(evaluation: Evaluation | None) -> list[Rule]:
    """The rules that an activity's own content ruled out, as they were then; a query at most."""
    ids = evaluation.ruled_out if evaluation is not None else []
    if not ids:
        return []
    book = rulebook.current()
    unknown = [pk for pk in ids if pk not in book.past]
    versions = RuleVersion.objects.filter(pk__in=unknown).select_related("campaign")
    for version in versions.prefetch_related("campaign__segment_budgets") if unknown else ():
        book.rule(version)
    return [book.past[pk] for pk in ids]


def ruled_out(kind: str, payload: Mapping[str, Any], rules: Iterable[Rule]) -> list[dict[str, str]]:
    """For each of these rules what the activity's own content lacked."""
    rules = list(rules)
    content = content_of(kind, payload) if rules else {}
    return [{"campaign": rule.campaign, "why": in_words(failed(rule, content))} for rule in rules]


def full_trace(activity: Activity) -> list[dict[str, Any]]:
    """The trace of an evaluated activity, with the rules that its own content ruled out as well."""
    evaluation = getattr(activity, "evaluation", None)
    if evaluation is None:
        return []
    content, rules = content_of(activity.kind, activity.payload), rules_of(evaluation)
    seen = [(rule, tuple(failed(rule, content))) for rule in rules]
    return evaluation.trace + [
        Trace(rule, False, tests, in_words(tests), "conditions").compact() for rule, tests in seen
    ]

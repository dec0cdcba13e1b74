"""Why a campaign did not count for an activity, in the words that members read."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from loyalty.campaigns.domain.evaluate import NEEDED, Trace, in_words
from loyalty.campaigns.domain.gates import failed
from loyalty.campaigns.domain.rules import Rule
from loyalty.campaigns.models import Campaign, Evaluation, RuleVersion
from loyalty.campaigns.operations import rulebook
from loyalty.campaigns.operations.contents import content_of
from members.models import Activity, Member


@dataclass(frozen=True, slots=True)
class Missed:
    """A campaign that did not count: what it is, each thing that was lacking, and otherwise why."""

    campaign: str
    name: str
    description: str
    lacking: tuple[str, ...]
    why: str


def of(activity: Activity) -> list[Missed]:
    """The public campaigns that did not count for an activity, as its member reads it. A number of
    queries that does not depend on the campaigns."""
    return of_many([activity])[activity.pk]


def of_many(activities: Collection[Activity]) -> dict[int, list[Missed]]:
    """The same for each of these; no more queries for many than for one. Needs their evaluations."""
    evaluated = [row for row in activities if getattr(row, "evaluation", None) is not None]
    rules = _rules({pk for row in evaluated for pk in row.evaluation.ruled_out})
    said = {row.pk: list(_said(row, rules)) for row in evaluated}
    wanted = {pk for each in said.values() for pk, *_ in each}
    versions = RuleVersion.objects.filter(campaign__is_public=True).select_related("campaign")
    public = versions.in_bulk(wanted) if wanted else {}
    return {
        row.pk: [
            _missed(public[pk].campaign, why, code)
            for pk, why, code in said.get(row.pk, ())
            if pk in public
        ]
        for row in activities
    }


def with_any(member: Member, *, since: datetime | None = None) -> QuerySet[Activity]:
    """What a member did since then for which some campaign did not count, with its evaluation."""
    lacking = Q(evaluation__trace__contains=[{"passed": False}]) | ~Q(evaluation__ruled_out=[])
    own = Activity.objects.filter(
        lacking, member=member, status=Activity.Status.ACCEPTED, evaluation__isnull=False
    )
    own = own if since is None else own.filter(occurred_at__gte=since)
    return own.select_related("evaluation")


def _said(row: Activity, rules: Mapping[int, Rule]) -> Iterator[tuple[int, str, str]]:
    """Which rule did not count, why, and the code of that."""
    for trace in row.evaluation.trace:
        if not trace["passed"]:
            yield trace["rule"], trace["why"], trace.get("code", "conditions")
    asked = [rules[pk] for pk in row.evaluation.ruled_out]
    missed = ruled_out(row.kind, row.payload, asked)
    for rule, each in zip(asked, missed, strict=True):
        yield rule.version_id, each["why"], "conditions"


def _missed(campaign: Campaign, why: str, code: str) -> Missed:
    lacking = why.removeprefix(NEEDED).split("; ") if code == "conditions" else []
    return Missed(
        campaign.slug, campaign.name, campaign.description, tuple(lacking), "" if lacking else why
    )


def rules_of(evaluation: Evaluation | None) -> list[Rule]:
    """The rules that an activity's own content ruled out, as they were then; a query at most."""
    ids = evaluation.ruled_out if evaluation is not None else []
    rules = _rules(ids)
    return [rules[pk] for pk in ids]


def _rules(ids: Collection[int]) -> dict[int, Rule]:
    """These versions, compiled; a query for those that are not in force any more."""
    if not ids:
        return {}
    book = rulebook.current()
    unknown = [pk for pk in ids if pk not in book.past]
    versions = RuleVersion.objects.filter(pk__in=unknown).select_related("campaign")
    for version in versions.prefetch_related("campaign__segment_budgets") if unknown else ():
        book.rule(version)
    return {pk: book.past[pk] for pk in ids}


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

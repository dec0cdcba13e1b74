"""Trying a rule on what really happened, without writing anything to the ledger.

The members are cut into parts of about as many activities each. A part is one job: it asks the rules
about its members' activities in order of occurrence, with the facts of that time, and keeps a tally.
So a back-test goes on where it was when a worker dies, several workers share one, and its progress is
the number of its tallies.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from loyalty.campaigns.domain.backtests import Tally
from loyalty.campaigns.errors import BadPeriod, NothingToTry
from loyalty.campaigns.models import Backtest, BacktestTally, Campaign, RuleVersion
from loyalty.campaigns.operations import campaigns, rulebook
from loyalty.campaigns.operations.trying import Trial
from members import clock
from members.domain.actors import Actor
from members.models import User
from members.operations import audit, jobs

State = Backtest.State

#: Activities that one part counts, about.
PART = 20_000
#: How far back a back-test looks at most.
MONTHS = 36

_BOUNDS = """
SELECT max(member_id) FROM (
    SELECT member_id, (sum(count(*)) OVER (ORDER BY member_id) - 1) / %(part)s AS part
    FROM members_activity
    WHERE kind = ANY(%(kinds)s) AND status = 'accepted'
      AND occurred_at >= %(since)s AND occurred_at < %(until)s
    GROUP BY member_id
) AS counted
GROUP BY floor(part) ORDER BY 1
"""


@transaction.atomic
def start(
    campaign: Campaign,
    *,
    since: datetime,
    until: datetime,
    actor: Actor,
    version: RuleVersion | None = None,
) -> Backtest:
    """Ask for a back-test of a version (the newest, draft or not) on what happened in a time that is over.

    It is compared with the newest published version, if that is another. Raises NothingToTry, BadPeriod,
    BadRule.
    """
    now = clock.now()
    if not (now - timedelta(days=31 * MONTHS) <= since < until <= now):
        raise BadPeriod(months=MONTHS)
    version = version or campaign.versions.order_by("-number").first()
    if version is None:
        raise NothingToTry()
    rulebook.compile_version(version, campaign, rulebook.catalogue())
    live = campaign.versions.filter(published_at__isnull=False).order_by("-number").first()
    if live == version:
        live = None
    backtest = Backtest.objects.create(
        campaign=campaign,
        number=version.number,
        rule=_wording(version),
        live=_wording(live) if live else None,
        live_number=live.number if live else None,
        since=since,
        until=until,
        bounds=_bounds({*version.triggers, *(live.triggers if live else ())}, since, until),
        state=State.RUNNING,
        asked_by=User.objects.filter(pk=actor.id or 0).first() if actor.kind == "user" else None,
        asked_at=now,
    )
    jobs.enqueue_all(
        ("campaigns.backtest", _key(backtest, part), {"backtest": backtest.pk, "part": part})
        for part in range(len(backtest.bounds))
    )
    audit.record(
        backtest,
        actor=actor,
        verb="campaigns.backtest.started",
        after={"campaign": campaign.slug, "version": version.number},
    )
    if not backtest.bounds:
        _end(backtest)
    return backtest


@transaction.atomic
def cancel(backtest: Backtest, *, actor: Actor) -> Backtest:
    """Stop counting. One that is over stays as it is."""
    backtest = Backtest.objects.select_for_update().get(pk=backtest.pk)
    if backtest.state == State.RUNNING:
        backtest.state, backtest.ended_at = State.CANCELLED, clock.now()
        backtest.save(update_fields=["state", "ended_at"])
        audit.record(backtest, actor=actor, verb="campaigns.backtest.cancelled")
    return backtest


@transaction.atomic
def count_part(backtest_id: int, part: int) -> None:
    """Count one part; who counts the last one adds all of them up. Counting it again changes nothing."""
    backtest = Backtest.objects.select_related("campaign").get(pk=backtest_id)
    if backtest.state != State.RUNNING or backtest.tallies.filter(part=part).exists():
        return
    members = (backtest.bounds[part - 1] if part else 0, backtest.bounds[part])
    tally = Trial.of(backtest).count(members)
    backtest = Backtest.objects.select_for_update().get(pk=backtest_id)
    BacktestTally.objects.bulk_create(
        [BacktestTally(backtest=backtest, part=part, tally=tally.as_json())], ignore_conflicts=True
    )
    if backtest.state == State.RUNNING and backtest.tallies.count() == len(backtest.bounds):
        _end(backtest)


def faults_of(backtest: Backtest) -> list[str]:
    """Why parts of it were given up, if they were: then it does not end by itself."""
    keys = [_key(backtest, part) for part in range(len(backtest.bounds))]
    dead = jobs.Job.objects.filter(key__in=keys, state=jobs.Job.State.DEAD)
    return list(dead.order_by("pk").values_list("fault", flat=True))


def _end(backtest: Backtest) -> None:
    whole = Tally()
    for stored in backtest.tallies.order_by("part").values_list("tally", flat=True):
        whole.add(Tally.of(stored))
    backtest.state, backtest.result, backtest.ended_at = State.DONE, whole.as_json(), clock.now()
    backtest.save(update_fields=["state", "result", "ended_at"])


def _wording(version: RuleVersion) -> dict[str, Any]:
    return {
        "triggers": version.triggers,
        "conditions": version.conditions,
        "effects": version.effects,
        "limit": version.limit,
        "frame": version.frame,
    }


@transaction.atomic
def write_and_start(
    campaign: Campaign, *, rule: Mapping[str, Any], since: datetime, until: datetime, actor: Actor
) -> Backtest:
    """Write the rule as the campaign's draft and ask for its back-test, or neither. Raises like
    `campaigns.write_rule` and `start`."""
    version = campaigns.write_rule(campaign, actor=actor, **rule)
    return start(campaign, since=since, until=until, actor=actor, version=version)


def _bounds(kinds: set[str], since: datetime, until: datetime) -> list[int]:
    """The last member of each part."""
    asked: Mapping[str, Any] = {
        "kinds": list(kinds),
        "since": since,
        "until": until,
        "part": PART,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BOUNDS, asked)
        return [bound for (bound,) in cursor.fetchall()]


def _key(backtest: Backtest, part: int) -> str:
    return f"backtest:{backtest.pk}:{part}"

"""Rules with every kind of effect, and what members have of them."""

from loyalty.campaigns.models import Campaign, Effect
from loyalty.campaigns.operations import standard
from loyalty.campaigns.operations.checks import CHECKS
from members.models import Balance, Member
from members.operations import ledger
from recognition.models import Achievement, Progress, Streak
from recognition.operations import goals
from tests.conftest import SYSTEM


def published(slug: str, *effects: dict, triggers=("review.published",), **wanted) -> Campaign:
    """A live campaign that gives these effects."""
    return standard.publish(
        {"slug": slug, "name": slug.title(), "triggers": list(triggers), "effects": list(effects)}
        | wanted,
        actor=SYSTEM,
    )


def earns(amount: int, unit: str = "points", **fields) -> dict:
    return {"kind": "earn", "unit": unit, "amount": amount} | fields


def achievement(slug: str = "ten-refills", **fields) -> Achievement:
    """An active achievement."""
    terms = {"name": slug.title(), "criteria": "Refill.", "step_words": "refills", "target": 3}
    goal = goals.define(Achievement, slug=slug, actor=SYSTEM, **(terms | fields))
    return goals.activate(goal, actor=SYSTEM)


def streak(slug: str = "daily", **fields) -> Streak:
    """An active streak."""
    terms = {"name": slug.title(), "criteria": "Come by every day.", "milestones": [3]}
    terms["every"] = "day"
    goal = goals.define(Streak, slug=slug, actor=SYSTEM, **(terms | fields))
    return goals.activate(goal, actor=SYSTEM)


def progress_of(member: Member) -> dict[str, tuple[int, int]]:
    """(steps, times reached) by period."""
    rows = Progress.objects.filter(member=member)
    return {row.period: (row.steps, row.reached) for row in rows}


def balance(member: Member, unit, kind: str = "wallet") -> int:
    return Balance.objects.get(account=ledger.wallet(member, unit, kind)).amount


def said(answer: dict) -> list[tuple[str, int | None, str]]:
    """(kind, amount, state) of every effect of an answer."""
    return [(effect["kind"], effect["amount"], effect["state"]) for effect in answer["effects"]]


def missed(answer: dict) -> dict[str, str]:
    """Why not, by campaign."""
    return {each["campaign"]: each["why"] for each in answer["not_earned"]}


def broken() -> list[str]:
    """The invariants of campaigns that do not hold."""
    from django.db import connection

    wrong = []
    with connection.cursor() as cursor:
        for check in CHECKS:
            cursor.execute(check.sql)
            wrong += [f"{check.code} {check.says}: {row}" for row in cursor.fetchall()]
    return wrong


def kinds_of(member: Member) -> list[str]:
    """The kinds of every effect the member has had, in order."""
    rows = Effect.objects.filter(activity__member=member).order_by("pk")
    return list(rows.values_list("kind", flat=True))

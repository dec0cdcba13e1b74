"""Clients in processes of their own, for races that threads of one process would not run."""

import multiprocessing
import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

THREADS = 5


def race(work: str, jobs: list[Any], *, database: str, processes: int = 4) -> Counter[str]:
    """Do `work` (one of this module's) on every job, at once in several processes; what came of it."""
    shares = [jobs[place::processes] for place in range(processes)]
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawn) as pool:
        found = pool.map(_share, [(work, share, database) for share in shares])
    return sum(found, Counter())


def _share(given: tuple[str, list[Any], str]) -> Counter[str]:
    work, share, database = given
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loyalty.settings")
    import django

    django.setup()
    from django.db import connection, connections

    for settings in (connections.databases["default"], connections.settings["default"]):
        settings["NAME"] = database

    def one(job: Any) -> str:
        try:
            return globals()[work](job)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(pool.map(one, share))


def redeem(job: tuple[int, int, str, bool]) -> str:
    """Redeem (member, reward, key); undo it at once when the fourth says so."""
    from loyalty.rewards.models import Reward
    from loyalty.rewards.operations import redemptions
    from members.domain.actors import Actor
    from members.errors import Refused
    from members.models import Member

    member, reward, key, undoes = job
    actor = Actor.system("race")
    try:
        redemption = redemptions.redeem(
            Member.objects.get(pk=member),
            reward=Reward.objects.get(pk=reward),
            key=key,
            actor=actor,
        )
        if undoes:
            redemptions.cancel(redemption, actor=actor)
            return "undone"
    except Refused as refusal:
        return str(refusal.code)
    return "redeemed"


def burn(job: str) -> str:
    """Take a coupon by its code."""
    from loyalty.rewards.operations import coupons
    from members.domain.actors import Actor
    from members.errors import Refused

    try:
        coupons.burn(job, partner_id=None, actor=Actor.system("till"))
    except Refused as refusal:
        return str(refusal.code)
    return "burnt"


def _said(act: Any) -> str:
    """ "done", or the code of the refusal."""
    from members.errors import Refused

    try:
        act()
    except Refused as refusal:
        return str(refusal.code)
    return "done"


def spend(job: tuple[int, int, str]) -> str:
    """Redeem an amount of points: (member, amount, key)."""
    from members.domain.actors import Actor
    from members.models import Member, Unit
    from members.operations import ledger

    member, amount, key = job
    return _said(
        lambda: ledger.redeem(
            Member.objects.get(pk=member),
            unit=Unit.objects.get(code="points"),
            amount=amount,
            key=key,
            reason="A race",
            actor=Actor.system("race"),
            cause=("test", None),
        )
    )


def give(job: tuple[int, int, int, str]) -> str:
    """Give an amount of points: (giver, receiver, amount, key)."""
    from members.domain.actors import Actor
    from members.models import Member, Unit
    from members.operations import gifts

    giver, receiver, amount, key = job
    return _said(
        lambda: gifts.give(
            Member.objects.get(pk=giver),
            receiver=Member.objects.get(pk=receiver),
            unit=Unit.objects.get(code="points"),
            amount=amount,
            key=key,
            actor=Actor.system("race"),
        )
    )


def take_back(job: tuple[int, str, int | None]) -> str:
    """Reverse an entry: (entry, key, amount or None for all of it)."""
    from members.domain.actors import Actor
    from members.models import Entry
    from members.operations import corrections

    entry, key, amount = job
    return _said(
        lambda: corrections.reverse(
            Entry.objects.get(pk=entry),
            amount=amount,
            key=key,
            reason="A race",
            actor=Actor.system("race"),
        )
    )


def end_hold(job: tuple[int, str]) -> str:
    """Capture a hold, release it, or let its time run out: (hold, verb). Says which, if it was this one."""
    from members.domain.actors import Actor
    from members.models import Hold
    from members.operations import holds

    pk, verb = job
    actor, hold = Actor.system("race"), Hold.objects.get(pk=pk)
    if verb == "time_out":
        holds.time_out(at=hold.expires_at, most=1_000, actor=actor)
        return "swept"
    said = _said(lambda: getattr(holds, verb)(hold, actor=actor))
    return verb if said == "done" else said

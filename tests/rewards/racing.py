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

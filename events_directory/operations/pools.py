"""The money of a pool. `post` is the only place that moves it."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from events_directory.domain import money
from events_directory.domain.pools import FLOWS, Cause, Held
from events_directory.errors import AmountNotPositive, NameTaken, PoolShort
from events_directory.models import Grant, Pool, PoolAccount, PoolEntry
from events_directory.operations.keys import made_before
from members import clock
from members.domain.actors import Actor
from members.operations import audit


@transaction.atomic
def establish(
    slug: str,
    *,
    name: str,
    currency: str,
    actor: Actor,
    purpose: str = "",
    at: datetime | None = None,
) -> Pool:
    """Set up an empty pool with its five accounts."""
    if Pool.objects.filter(slug=slug).exists():
        raise NameTaken(name=slug)
    try:
        with transaction.atomic():
            pool = Pool.objects.create(
                slug=slug,
                name=name,
                currency=currency,
                purpose=purpose,
                created_at=at or clock.now(),
            )
    except IntegrityError as taken:  # by somebody who asked at the same moment
        raise NameTaken(name=slug) from taken
    PoolAccount.objects.bulk_create([PoolAccount(pool=pool, holds=held.value) for held in Held])
    audit.record(
        pool,
        actor=actor,
        verb="events_directory.pool.established",
        after={"slug": slug, "currency": currency},
    )
    return pool


@transaction.atomic
def deposit(
    pool: Pool,
    *,
    amount: int,
    key: str,
    actor: Actor,
    note: str = "",
    at: datetime | None = None,
) -> PoolEntry:
    """Record that `amount` minor units came in. The same key again returns the first entry."""
    lock(pool.pk)
    key = f"deposit:{pool.pk}:{key}"
    known = made_before(PoolEntry.objects.all(), key=key, amount=amount)
    if known is not None:
        return known
    entry = post(pool.pk, cause=Cause.DEPOSIT, amount=amount, key=key, note=note, at=at)
    audit.record(pool, actor=actor, verb="events_directory.pool.funded", after={"amount": amount})
    return entry


@transaction.atomic
def set_open(pool: Pool, *, is_open: bool, actor: Actor) -> Pool:
    """Let the pool take applications, or stop taking them."""
    pool = lock(pool.pk)
    if pool.is_open != is_open:
        pool.is_open = is_open
        pool.save(update_fields=["is_open"])
        verb = "opened" if is_open else "closed"
        audit.record(pool, actor=actor, verb=f"events_directory.pool.{verb}")
    return pool


def lock(pool_id: int) -> Pool:
    """Lock the pool. Whoever moves its money, or promises it, holds this lock before any other."""
    return Pool.objects.select_for_update(no_key=True).get(pk=pool_id)


def post(
    pool_id: int,
    *,
    cause: Cause,
    amount: int,
    key: str,
    grant: Grant | None = None,
    note: str = "",
    at: datetime | None = None,
) -> PoolEntry:
    """Move `amount` minor units as `cause` says, with the pool locked by the caller.

    Writes the entry and both balances. Raises PoolShort when the account it leaves holds less.
    """
    if amount <= 0:
        raise AmountNotPositive()
    leaves, arrives = FLOWS[cause]
    accounts = {
        account.holds: account
        for account in PoolAccount.objects.filter(pool_id=pool_id).select_related("pool")
    }
    debit, credit = accounts[leaves], accounts[arrives]
    if leaves is not Held.DEPOSITS and debit.balance < amount:
        currency = debit.pool.currency
        raise PoolShort(left=money.major(debit.balance, currency), currency=currency)
    entry = PoolEntry.objects.create(
        debit=debit,
        credit=credit,
        amount=amount,
        cause=cause.value,
        grant=grant,
        note=note,
        key=key,
        at=at or clock.now(),
    )
    PoolAccount.objects.filter(pk=debit.pk).update(balance=F("balance") - amount)
    PoolAccount.objects.filter(pk=credit.pk).update(balance=F("balance") + amount)
    return entry

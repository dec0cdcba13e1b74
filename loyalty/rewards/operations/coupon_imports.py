"""Filling a pool of coupons from a file."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from loyalty.rewards.domain.coupon_file import CouponFile, Fault, Row, read_file
from loyalty.rewards.errors import FaultyFile, NoPool
from loyalty.rewards.models import Coupon, CouponBatch, Reward
from loyalty.rewards.operations import sealing
from members import clock
from members.domain.actors import Actor
from members.domain.calendar import start_of_day
from members.models.members import programme_zone
from members.operations import audit

SHOWN = 10


@transaction.atomic
def import_codes(reward: Reward, *, text: str, actor: Actor, file_name: str = "") -> CouponBatch:
    """Add the codes of a file to the reward's pool; those that are there already change nothing.

    All or nothing: raises FaultyFile with the lines that cannot be used, or NoPool.
    """
    reward = Reward.objects.select_for_update().get(pk=reward.pk)
    if reward.codes != Reward.Codes.POOL:
        raise NoPool()
    read = read_file(text)
    owners = _owners(read)
    _refuse_faults(read, owners, reward)
    fresh = [row for row in read.rows if row.plain not in owners]
    batch = CouponBatch.objects.create(
        reward=reward,
        file_name=file_name[:120],
        rows=len(read.rows),
        minted=len(fresh),
        imported_at=clock.now(),
    )
    Coupon.objects.bulk_create((_coupon(row, batch) for row in fresh), batch_size=1_000)
    audit.record(
        reward,
        actor=actor,
        verb="rewards.coupons.imported",
        after={"rows": len(read.rows), "minted": len(fresh)},
    )
    return batch


def _coupon(row: Row, batch: CouponBatch) -> Coupon:
    last = row.expires_on
    return Coupon(
        reward_id=batch.reward_id,
        batch=batch,
        digest=sealing.digest(row.code),
        sealed=sealing.seal(row.code),
        minted_at=batch.imported_at,
        expires_at=last and start_of_day(last + timedelta(days=1), programme_zone()),
    )


def _refuse_faults(read: CouponFile, owners: dict[str, int], reward: Reward) -> None:
    if not read.rows and not read.faults:
        raise FaultyFile(faults=_("The file has no codes."))
    foreign = tuple(
        Fault(row.line, "the code of another reward")
        for row in read.rows
        if owners.get(row.plain, reward.pk) != reward.pk
    )
    faults = sorted(read.faults + foreign, key=lambda fault: fault.line)
    if faults:
        raise FaultyFile(faults=_told(faults))


def _owners(read: CouponFile) -> dict[str, int]:
    """Which reward each code of the file belongs to already."""
    by_digest = {digest: row.plain for row in read.rows for digest in sealing.digests(row.code)}
    known = Coupon.objects.filter(digest__in=list(by_digest)).values_list("digest", "reward_id")
    return {by_digest[bytes(digest)]: reward_id for digest, reward_id in known}


def _told(faults: list[Fault]) -> str:
    lines = [
        _("Line %(line)s: %(why)s.") % {"line": fault.line, "why": fault.why}
        for fault in faults[:SHOWN]
    ]
    if len(faults) > SHOWN:
        lines.append(_("And %(more)s more.") % {"more": len(faults) - SHOWN})
    return " ".join(lines)

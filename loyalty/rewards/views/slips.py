"""The coupons of a voucher as their owner sees them, and nobody else."""

from dataclasses import dataclass

import segno

from loyalty.rewards.models import Coupon, Redemption
from loyalty.rewards.operations.sealing import reveal
from members import clock


@dataclass(frozen=True, slots=True)
class Slip:
    """A coupon with its code and the picture of it; both are empty once it cannot be used."""

    coupon: Coupon
    code: str = ""
    picture: str = ""

    @property
    def is_good(self) -> bool:
        """Whether it can be shown at the till."""
        return bool(self.code)


def slips_of(redemption: Redemption) -> list[Slip]:
    """The redemption's coupons, in one query. A code set aside for a checkout is not shown yet."""
    return [
        _slip(coupon)
        for coupon in Coupon.objects.filter(redemption=redemption)
        .exclude(state=Coupon.State.HELD)
        .order_by("pk")
    ]


def _slip(coupon: Coupon) -> Slip:
    code = reveal(coupon) if coupon.is_good(clock.now()) else ""
    if not code:
        return Slip(coupon)
    picture = segno.make_qr(code).svg_data_uri(scale=4, dark="#111", light="#fff")
    return Slip(coupon, code, picture)

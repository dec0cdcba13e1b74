"""The table of `docs/algorithms/funding.md`, step by step."""

from datetime import timedelta

import pytest
from django.conf import settings

from loyalty.rewards.operations import funds
from members import clock
from members.operations import ledger, members, sweeps
from tests.campaigns.conftest import act, order, take
from tests.campaigns.funding import books, brewery, fund_of, funded
from tests.conftest import SYSTEM
from tests.settling import roll_up
from tests.tables import rows_under

pytestmark = pytest.mark.django_db

PAGE = settings.BASE_DIR / "docs" / "algorithms" / "funding.md"


def test_a_pack_point_by_point(points, eli):
    """E93."""
    fund = fund_of(brewery(eli), points, returns_expired=True)
    effects = [{"kind": "earn", "unit": "points", "points": 1, "per": "1.00"}]
    funded(fund, "orders", triggers=["order.placed"], effects=effects)
    ann, later = members.enrol("ann", actor=SYSTEM), clock.now() + timedelta(days=800)

    def buys(id: str, amount: str) -> str:
        [answer] = take(order(ann, amount, id=id))
        return str(sum(effect["amount"] for effect in answer["effects"]))

    def spends_and_waits() -> None:
        cause = {"key": "k", "reason": "x", "actor": SYSTEM, "cause": ("test", None)}
        ledger.redeem(ann, unit=points, amount=15, **cause)
        with clock.standing_at(later):
            sweeps.run_due(at=later, names=["points_expiry"])
            roll_up(later)
            sweeps.run_due(at=later + timedelta(minutes=15), names=["fund_returns"])

    steps = {
        "buys 100": lambda: funds.buy_pack(fund, points=100, reference="i", key="k", actor=SYSTEM),
        "order of 60.00": lambda: buys("a", "60.00"),
        "order of 50.00": lambda: buys("b", "50.00"),
        "order of 40.00": lambda: buys("c", "40.00"),
        "the first order comes back": lambda: take(
            act("order.returned", ann, id="r", order_id="a")
        ),
        "the member spends 15, the rest expires": spends_and_waits,
        "closed": lambda: funds.close(fund, actor=SYSTEM),
    }
    told = rows_under(PAGE, "A pack, point by point")
    for step, granted, move, left in told:
        before = fund.moves.count()
        answer = steps[step]()
        new = " ".join(f"{m.kind} {m.points}" for m in fund.moves.order_by("pk")[before:])
        fund.refresh_from_db()
        assert (new, str(fund.left_at(clock.now()))) == (move, left), step
        assert not isinstance(answer, str) or answer == granted
    assert len(told) == len(steps)
    assert fund.moves.get(kind="refunded").money == 68
    assert books() == []

"""One at a time and all at once, funds pay for the same and get the same back."""

from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.operations import intake, standard
from members import clock
from members.models import User
from members.operations import members, programme
from tests.campaigns.funding import books, brewery, fund_of, funded
from tests.conftest import SYSTEM

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
MEMBERS = ("ann", "ben", "cem")
WAITS = {"until": "refill.confirmed", "cancelled_by": "refill.rejected"}

ROWS = """
SELECT f.slug, v.external_id, m.kind, m.points, e.amount, m.month::text, g.points
FROM rewards_fundmove m JOIN rewards_fund f ON f.id = m.fund_id
LEFT JOIN members_activity v ON v.id = m.cause_id
LEFT JOIN members_entry e ON e.id = m.entry_id
LEFT JOIN rewards_fundmove g ON g.id = m.of_id
UNION ALL
SELECT slug, 'sums', month::text, granted, returned, month_used::text, bought FROM rewards_fund
UNION ALL
SELECT c.slug, 'budget', '', u.units, NULL, '', NULL
FROM campaigns_budgetuse u JOIN campaigns_campaign c ON c.id = u.campaign_id
UNION ALL
SELECT v.external_id, f.kind, f.why, f.amount, NULL, f.state, NULL
FROM campaigns_effect f JOIN members_activity v ON v.id = f.activity_id
UNION ALL
SELECT v.external_id, 'trace',
       (SELECT string_agg(t->>'campaign' || (t->>'why'), ';') FROM jsonb_array_elements(x.trace) t),
       NULL, NULL, NULL, NULL
FROM campaigns_evaluation x JOIN members_activity v ON v.id = x.activity_id
ORDER BY 1, 2, 3, 4, 5, 6, 7
"""


@st.composite
def doings(draw):
    """A few months of visits, orders, refills and returns of three members, in order of occurrence."""
    count = draw(st.integers(2, 16))
    minutes = sorted(
        draw(st.lists(st.integers(0, 100_000), min_size=count, max_size=count, unique=True))
    )
    done: list[Told] = []
    for number, minute in enumerate(minutes):
        done.append(_doing(draw, number, minute, done))
    return done


def _doing(draw, number: int, minute: int, done: list[Told]) -> Told:
    kinds = ["visit.checked_in", "order.placed", "order.placed", "order.returned"]
    kinds += ["refill.ordered", "refill.confirmed", "refill.rejected"]
    kind = draw(st.sampled_from(kinds))
    at = NOW - timedelta(days=90) + timedelta(minutes=minute)
    member = draw(st.sampled_from(MEMBERS))
    orders = [told for told in done if told.kind == "order.placed"]
    if kind == "order.returned" and orders:
        sold = draw(st.sampled_from(orders))
        back: dict = {"order_id": sold.payload["order_id"]}
        if pieces := draw(st.integers(0, 2)):
            back["lines"] = [{"line_id": "1", "quantity": pieces}]
        return Told("shop", f"a{number}", kind, sold.subject, at, back)
    if kind in ("order.placed", "order.returned"):
        line = {"line_id": "1", "quantity": draw(st.integers(1, 3)), "unit_price": "11.00"}
        payload = {"order_id": f"o{number}", "currency": "EUR", "lines": [line]}
        return Told("shop", f"a{number}", "order.placed", member, at, payload)
    chain = {} if kind.startswith("visit") else {"order_id": f"chain-{draw(st.integers(1, 2))}"}
    return Told("shop", f"a{number}", kind, member, at, chain)


def rows_after(batches: list[list[Told]]) -> list[tuple]:
    """The rows that telling these batches leaves, undone again; the books hold meanwhile."""
    with transaction.atomic():
        for batch in batches:
            intake.take(batch, actor=SYSTEM)
        assert books() == []
        with connection.cursor() as cursor:
            cursor.execute(ROWS)
            found = cursor.fetchall()
        transaction.set_rollback(True)
    return found


class OneAndMany(TestCase):
    """The single path and the batch path are one path, also where many draw on one fund."""

    @classmethod
    def setUpTestData(cls) -> None:
        units = programme.install(actor=SYSTEM)
        standard.install(actor=SYSTEM)
        with clock.standing_at(NOW - timedelta(days=100)):
            for ref in MEMBERS:
                members.enrol(ref, actor=SYSTEM)
        partner = brewery(User.objects.create_user("eli@example.test", "x"))
        with clock.standing_at(NOW):
            pack = fund_of(partner, units["points"], points=90)
            bill = fund_of(partner, units["points"], slug="bill", kind="postpaid", ceiling=70)
        per_money = [{"kind": "earn", "unit": "points", "points": 1, "per": "1.00"}]
        funded(pack, "orders", triggers=["order.placed"], effects=per_money, pays_partly=True)
        funded(pack, "visits")
        promised = [{"kind": "earn", "unit": "points", "amount": 25, "pending": WAITS}]
        funded(bill, "refills", triggers=["refill.ordered"], effects=promised)
        funded(bill, "visits-too", budget_units=50)
        funded(None, "own", triggers=["order.placed"], effects=per_money, budget_units=60)

    @settings(
        max_examples=15,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(doings(), st.integers(1, 15))
    def test_the_same_moves_however_the_activities_are_packed(self, told, cut):
        """E93, E44, E47: one by one, all at once, or cut anywhere."""
        with clock.standing_at(NOW):
            singly = rows_after([[one] for one in told])
            at_once = rows_after([told])
            assert (set(at_once) - set(singly), set(singly) - set(at_once)) == (set(), set())
            in_two = rows_after([part for part in (told[:cut], told[cut:]) if part])
            assert (set(in_two) - set(singly), set(singly) - set(in_two)) == (set(), set())

"""In whatever order activities arrive, and however often they are told, the books end the same."""

from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.operations import intake, standard
from members import clock
from members.operations import members, programme
from tests.books import faults
from tests.conftest import SYSTEM

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)

#: Final balances, lots by expiry, the tier held now. (Which of two returns of one order took what, and so
#: on which day between them a tier went, is told by the order in which they came.)
BOOKS = """
SELECT u.code, a.kind, b.amount, NULL::text, NULL::text FROM members_balance b
JOIN members_account a ON a.id = b.account_id JOIN members_unit u ON u.id = a.unit_id
WHERE b.amount <> 0
UNION ALL
SELECT u.code, 'lot', sum(o.remaining)::bigint, o.expires_at::text, o.earned_at::text
FROM members_openlot o JOIN members_account a ON a.id = o.account_id
JOIN members_unit u ON u.id = a.unit_id GROUP BY 1, 4, 5
UNION ALL
SELECT t.slug, 'tier', NULL, NULL, NULL FROM members_tierperiod p
JOIN members_tier t ON t.id = p.tier_id WHERE p.ends_at IS NULL
ORDER BY 1, 2, 3, 4, 5
"""


@st.composite
def histories(draw):
    """Orders of one member, and returns of some of them in parts."""
    told = []
    for number in range(draw(st.integers(1, 4))):
        at = NOW - timedelta(days=draw(st.integers(20, 300)), minutes=number)
        lines = [
            {
                "line_id": str(line),
                "category": draw(st.sampled_from(["refill", "books"])),
                "quantity": draw(st.integers(1, 3)),
                "unit_price": f"{draw(st.integers(1, 180))}.{draw(st.sampled_from(['00', '49']))}",
            }
            for line in range(draw(st.integers(1, 3)))
        ]
        order = {"order_id": f"o{number}", "currency": "EUR", "lines": lines}
        told.append(Told("shop", f"a{number}", "order.placed", "ann", at, order))
        for part in range(draw(st.integers(0, 2))):
            line = draw(st.sampled_from(lines))
            piece = {"line_id": line["line_id"], "quantity": draw(st.integers(1, 3))}
            payload = {"order_id": f"o{number}"} | ({"lines": [piece]} if part == 0 else {})
            later = at + timedelta(days=part + 1)
            told.append(Told("shop", f"r{number}-{part}", "order.returned", "ann", later, payload))
    return told


@st.composite
def journeys(draw):
    """Orders of one member on their way: pieces go out, come back or are cancelled, and reviews are written
    about them; all of it may be true together."""
    told = []
    for number in range(draw(st.integers(1, 2))):
        at = NOW - timedelta(days=draw(st.integers(40, 300)), minutes=number)
        quantities = {str(line): draw(st.integers(1, 2)) for line in range(draw(st.integers(1, 2)))}
        lines = [
            {"line_id": line, "category": "refill", "quantity": many, "unit_price": "60.00"}
            for line, many in quantities.items()
        ]
        order_id = f"o{number}"
        order = {"order_id": order_id, "currency": "EUR", "lines": lines}
        told.append(Told("shop", f"a{number}", "order.placed", "ann", at, order))
        pieces = [line for line, many in quantities.items() for _ in range(many)]
        for place, line in enumerate(pieces):
            day = draw(st.integers(1, 9))
            after = draw(st.sampled_from(["sent", "sent", "returned", "cancelled", "nothing"]))
            steps = {
                "sent": ["order.fulfilled"],
                "returned": ["order.fulfilled", "order.returned"],
                "cancelled": ["order.cancelled"],
                "nothing": [],
            }[after]
            for step, kind in enumerate(steps):
                payload = {"order_id": order_id, "lines": [{"line_id": line, "quantity": 1}]}
                when = at + timedelta(days=day + 10 * step, minutes=place)
                told.append(Told("shop", f"{kind}{number}-{place}", kind, "ann", when, payload))
        for review in range(draw(st.integers(0, 2))):
            when = at + timedelta(days=draw(st.integers(1, 20)), hours=review + 1)
            payload = {"order_id": order_id, "sku": "soap"}
            told.append(
                Told("shop", f"w{number}-{review}", "review.published", "ann", when, payload)
            )
    return told


def books_after(told: list[Told]) -> list[tuple]:
    """What the books say after these were told one by one; undone again."""
    with transaction.atomic():
        for one in told:
            intake.take([one], actor=SYSTEM)
        assert faults() == []
        with connection.cursor() as cursor:
            cursor.execute(BOOKS)
            found = cursor.fetchall()
        transaction.set_rollback(True)
    return found


class AnyOrder(TestCase):
    """Arrival does not matter; what happened does."""

    @classmethod
    def setUpTestData(cls) -> None:
        programme.install(actor=SYSTEM)
        wanted = [one for one in standard.STANDARD if one["slug"] == "base"]
        standard.publish(wanted[0], actor=SYSTEM)
        standard.publish(
            {
                "slug": "big",
                "name": "Big",
                "triggers": ["order.placed"],
                "conditions": {
                    "all": [{"field": "order.base", "op": "at_least", "value": "100.00"}]
                },
                "effects": [
                    {"kind": "earn", "unit": "points", "amount": 25},
                    {
                        "kind": "multiply",
                        "unit": "points",
                        "factor": "1.5",
                        "categories": ["refill"],
                    },
                ],
            },
            actor=SYSTEM,
        )
        waits = {"until": "order.fulfilled", "cancelled_by": "order.returned"}
        for slug, kind, effect in (
            ("patience", "order.placed", {"points": 1, "per": "1.00"}),
            ("there", "order.fulfilled", {"amount": 3}),
            ("reviews", "review.published", {"amount": 30}),
        ):
            promise = {"kind": "earn", "unit": "points", **effect}
            if kind != "order.fulfilled":
                promise["pending"] = waits
            fields = {"slug": slug, "name": slug, "triggers": [kind], "effects": [promise]}
            standard.publish(fields, actor=SYSTEM)
        with clock.standing_at(NOW - timedelta(days=400)):
            members.enrol("ann", actor=SYSTEM)

    # Shrinking a failure would take minutes; the difference of the books says what is wrong.
    @settings(
        max_examples=20,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(histories(), st.randoms(use_true_random=False))
    def test_any_order_of_arrival_ends_in_the_same_books(self, told, chance):
        """E30, E31, I2: permuted, with some told twice."""
        shuffled = told + chance.sample(told, k=len(told) // 2)
        chance.shuffle(shuffled)
        with clock.standing_at(NOW):
            assert books_after(shuffled) == books_after(told)

    @settings(
        max_examples=20,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(journeys(), st.randoms(use_true_random=False))
    def test_what_waits_ends_alike_in_any_order(self, told, chance):
        """E5, E8, E30, E47: parcels, returns, cancellations and reviews, permuted, some told twice."""
        shuffled = told + chance.sample(told, k=len(told) // 2)
        chance.shuffle(shuffled)
        with clock.standing_at(NOW):
            assert books_after(shuffled) == books_after(told)

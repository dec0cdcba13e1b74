"""One at a time and all at once, the door writes the same rows."""

from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.operations import intake, standard
from members import clock
from members.operations import members, programme
from tests.conftest import SYSTEM

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
MEMBERS = ("ann", "ben", "cem")

#: What must not depend on how the activities were packed; ids are named by what they stand for.
ROWS = """
SELECT m.ref, u.code, a.kind, b.amount, b.version, NULL, NULL, NULL, NULL
FROM members_balance b JOIN members_account a ON a.id = b.account_id
JOIN members_member m ON m.id = a.member_id JOIN members_unit u ON u.id = a.unit_id
UNION ALL
SELECT m.ref, v.external_id, e.kind, e.amount, coalesce(e.credit_seq, e.debit_seq),
       coalesce(e.credit_after, e.debit_after), e.reason, e.expires_at::text, e.occurred_at::text
FROM members_entry e JOIN members_activity v ON v.id = e.cause_id AND e.cause_kind = 'activity'
JOIN members_member m ON m.id = v.member_id
UNION ALL
SELECT m.ref, v.external_id, f.kind, f.amount, f.place, NULL, f.why, f.state, f.unit_code
FROM campaigns_effect f JOIN members_activity v ON v.id = f.activity_id
JOIN members_member m ON m.id = v.member_id
UNION ALL
SELECT m.ref, v.external_id, 'trace', NULL, NULL, NULL,
       (SELECT string_agg(t->>'campaign' || (t->>'why'), ';') FROM jsonb_array_elements(x.trace) t),
       NULL, NULL
FROM campaigns_evaluation x JOIN members_activity v ON v.id = x.activity_id
JOIN members_member m ON m.id = v.member_id
UNION ALL
SELECT m.ref, t.slug, p.cause, NULL, NULL, NULL, NULL, p.starts_at::text, p.review_at::text
FROM members_tierperiod p JOIN members_member m ON m.id = p.member_id
JOIN members_tier t ON t.id = p.tier_id
UNION ALL
SELECT m.ref, l."window", 'limit', l.times, l.units, NULL, NULL, NULL, NULL
FROM campaigns_limituse l JOIN members_member m ON m.id = l.member_id
UNION ALL
SELECT m.ref, v.external_id, 'lot', o.remaining, NULL, NULL, NULL, o.expires_at::text, NULL
FROM members_openlot o JOIN members_entry e ON e.id = o.entry_id
JOIN members_activity v ON v.id = e.cause_id JOIN members_account a ON a.id = o.account_id
JOIN members_member m ON m.id = a.member_id
ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9
"""


@st.composite
def doings(draw):
    """A day or a year of orders, refills and reviews of three members, in order of occurrence."""
    count = draw(st.integers(1, 14))
    minutes = sorted(
        draw(st.lists(st.integers(0, 500_000), min_size=count, max_size=count, unique=True))
    )
    done: list[Told] = []
    for number, minute in enumerate(minutes):
        done.append(_doing(draw, number, minute, done))
    return done


def _doing(draw, number: int, minute: int, done: list[Told]) -> Told:
    kind = draw(
        st.sampled_from(
            ["order.placed", "order.placed", "refill.ordered", "refill.confirmed",
             "refill.rejected", "review.published", "order.returned", "order.returned"]
        )
    )  # fmt: skip
    at = NOW - timedelta(days=360) + timedelta(minutes=minute)
    orders = [told for told in done if told.kind == "order.placed"]
    if kind == "order.returned" and orders:
        sold = draw(st.sampled_from(orders))
        payload = {"order_id": sold.payload["order_id"]}
        if pieces := draw(st.integers(0, 2)):
            payload["lines"] = [{"line_id": "1", "quantity": pieces}]
        return Told("shop", f"a{number}", kind, sold.subject, at, payload)
    if kind == "order.returned":
        kind = "order.placed"
    chain = f"chain-{draw(st.integers(1, 3))}"
    if kind == "order.placed":
        cents = draw(st.integers(0, 30_000))
        payload = {
            "order_id": f"o{number}",
            "currency": "EUR",
            "lines": [
                {
                    "line_id": "1",
                    "category": draw(st.sampled_from(["refill", "books"])),
                    "quantity": draw(st.integers(1, 3)),
                    "unit_price": f"{cents // 100}.{cents % 100:02}",
                }
            ],
        }
    elif kind == "review.published":
        payload = {"sku": "jar"}
    else:
        payload = {"order_id": chain}
    return Told("shop", f"a{number}", kind, draw(st.sampled_from(MEMBERS)), at, payload)


def rows_after(batches: list[list[Told]]) -> list[tuple]:
    """The rows that telling these batches leaves, undone again."""
    with transaction.atomic():
        for batch in batches:
            intake.take(batch, actor=SYSTEM)
        with connection.cursor() as cursor:
            cursor.execute(ROWS)
            found = cursor.fetchall()
        transaction.set_rollback(True)
    return found


class OneAndMany(TestCase):
    """The single path and the batch path are one path."""

    @classmethod
    def setUpTestData(cls) -> None:
        programme.install(actor=SYSTEM)
        standard.install(actor=SYSTEM)
        with clock.standing_at(NOW - timedelta(days=400)):
            for ref in MEMBERS:
                members.enrol(ref, actor=SYSTEM)

    # Shrinking a failure would take minutes; the difference of the rows says what is wrong.
    @settings(
        max_examples=12,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(doings(), st.integers(1, 13))
    def test_the_same_rows_however_the_activities_are_packed(self, told, cut):
        """E1, E5, E41: one by one, all at once, or cut anywhere."""
        with clock.standing_at(NOW):
            singly = rows_after([[one] for one in told])
            at_once = rows_after([told])
            assert (set(at_once) - set(singly), set(singly) - set(at_once)) == (set(), set())
            in_two = rows_after([part for part in (told[:cut], told[cut:]) if part])
            assert (set(in_two) - set(singly), set(singly) - set(in_two)) == (set(), set())

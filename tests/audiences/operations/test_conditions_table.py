"""The worked table of conditions, over stored activities: in memory and in SQL."""

import pytest

from loyalty.audiences.operations import belonging
from members.operations import activities, traits
from tests.audiences.asked import BOUGHT, NOON, table
from tests.audiences.operations.test_three_readers import in_memory, in_sql
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture
def stocked(amara):
    """Amara with three orders and a tag."""
    facts = [
        {
            "source": "shop",
            "external_id": str(place),
            "kind": "order.placed",
            "subject": "amara",
            "member_id": amara.pk,
            "occurred_at": at,
            "payload": {},
            "worth": worth,
        }
        for place, (at, worth) in enumerate(BOUGHT)
    ]
    activities.insert(facts, at=NOON, by="tests")
    traits.tag(amara, name="vip", cause="t", at=BOUGHT[0][0], actor=SYSTEM)
    return amara


@pytest.mark.parametrize(("tree", "holds"), table())
def test_each_row_holds_as_the_table_says(stocked, tree, holds):
    """E32."""
    node, whom = belonging.read(tree), {stocked.pk} if holds else set()
    assert (in_memory([stocked], node, NOON), in_sql(node, NOON)) == (whom, whom)


def test_an_audience_takes_as_many_queries_whatever_is_asked(stocked, django_assert_num_queries):
    """US6: kinds, ladders' names, the members, the ten; and with a tier: ladders, reviews that are due."""
    plain = {"all": [tree for tree, holds in table() if holds]}
    with django_assert_num_queries(4):
        belonging.audience(plain, at=NOON)
    tier = {"field": "member.tier", "op": "is_not", "value": "gold"}
    with django_assert_num_queries(8):
        belonging.audience({"all": [plain, tier]}, at=NOON)

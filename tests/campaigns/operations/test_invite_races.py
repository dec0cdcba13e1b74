"""Many invites at the same moment, on real connections."""

import pytest

from loyalty.campaigns.models import ReferralInvite
from loyalty.campaigns.operations import referrals
from tests.conftest import SYSTEM
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


def test_no_more_invites_than_there_may_be(bo):
    """UM25: three places left, six who ask."""
    for _ in range(referrals.MOST_INVITES - 3):
        referrals.send_invite(bo, actor=SYSTEM)
    said = together(*[lambda: referrals.send_invite(bo, actor=SYSTEM)] * 6)
    assert sorted(said) == ["done"] * 3 + ["too_many_invites"] * 3
    assert ReferralInvite.objects.count() == referrals.MOST_INVITES

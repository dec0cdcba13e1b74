"""Many invites at the same moment, on real connections."""

from functools import partial

import pytest

from loyalty.campaigns.models import ReferralInvite
from loyalty.campaigns.operations import referrals
from members.models import Activity
from members.operations import members
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


def test_one_friend_comes_by_an_invite(bo):
    """UM25: six have opened the link and sign up at the same moment; by a code of one's own all come."""
    sent, own = referrals.send_invite(bo, actor=SYSTEM), referrals.give_code(bo, actor=SYSTEM)
    for code, came in ((sent.code, 1), (own.code, 7)):
        friends = [members.enrol(f"{code}-{n}", actor=SYSTEM) for n in range(6)]
        acts = [partial(referrals.join_by_code, one, code=code, actor=SYSTEM) for one in friends]
        assert together(*acts) == ["done"] * 6
        assert Activity.objects.filter(kind="referral.joined").count() == came

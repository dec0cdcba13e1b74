"""Two browsers at the same moment, on real connections."""

import pytest

from members.models import Member
from members.operations import erasures
from recognition.models import Credential
from recognition.operations import credentials
from tests.conftest import SYSTEM
from tests.recognition.conftest import give
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def keys(settings, tmp_path):
    settings.BADGE_KEYS = str(tmp_path / "badge_keys.pem")


@pytest.fixture
def award(badge, amara):
    return give(amara, badge)


def made(award, with_name: bool):
    return credentials.make(award, holder=award.member, with_name=with_name, actor=SYSTEM)


def test_the_same_wish_at_once_makes_one_file(award):
    """UM13: the first key, too, is made once: all are signed with it."""
    assert together(*[lambda: made(award, True)] * 6) == ["done"] * 6
    assert Credential.objects.count() == 1


def test_different_wishes_at_once_leave_one_standing(award):
    """UM13: each takes back the one before."""
    assert together(*[lambda n=n: made(award, n % 2 == 0) for n in range(6)]) == ["done"] * 6
    assert Credential.objects.standing().count() == 1
    names = set(Credential.objects.values_list("holder_name", flat=True))
    assert names == {"", "Amara Obi"}


def test_no_file_of_somebody_who_is_being_erased_is_left(award, amara):
    """UM13, P19: whichever comes first, none stands and none has a name."""
    said = together(
        lambda: erasures.erase(Member.objects.get(pk=amara.pk), actor=SYSTEM),
        *[lambda: made(award, True)] * 3,
    )
    assert set(said) <= {"done", "not_yours"} and said[0] == "done"
    assert not Credential.objects.standing().exists()
    assert set(Credential.objects.values_list("token", "holder_name")) <= {("", "")}

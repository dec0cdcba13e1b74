"""By which name others read a member, and in which language."""

import pytest
from django.utils import translation

from members.models import Member
from members.operations import erasures, members
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db


def test_a_made_up_name_is_read_in_the_readers_language_and_kept_in_ours(bo):
    """UM26."""
    code = bo.pseudonym.removeprefix("Member ")
    with translation.override("de"):
        assert (bo.public_name, bo.kept_name) == (f"Mitglied {code}", f"Member {code}")
    assert bo.public_name == bo.kept_name == f"Member {code}"
    members.update(bo, display_name="Mill and more", actor=SYSTEM)
    bo = Member.objects.get(pk=bo.pk)
    with translation.override("de"):
        assert bo.public_name == bo.kept_name == "Mill and more"


def test_whoever_is_erased_is_so_in_every_language(bo):
    """UM26: whichever language the erasure was asked for in."""
    with translation.override("de"):
        erased = erasures.erase(bo, actor=SYSTEM)
        assert (erased.pseudonym, erased.public_name) == ("Former member", "Ehemaliges Mitglied")
    assert erased.public_name == "Former member"

"""A member's link, where it leads, and what became of everybody who came by it."""

import re

import pytest
from django.urls import reverse

from loyalty.campaigns.models import Referral, ReferralCode, ReferralInvite
from loyalty.campaigns.operations import merges, referrals
from members.models import Activity, Member
from members.operations import members
from tests.campaigns.conftest import order, take, work
from tests.campaigns.referring import bring, bring_a_friend, brought, days_later, newcomer
from tests.conftest import SYSTEM
from tests.portal.test_sign_up import FORM
from tests.rewards.views.test_portal import text_of

pytestmark = pytest.mark.django_db

PAGE = "/referrals/"


@pytest.fixture
def bo_in(client, bo):
    client.force_login(bo.user)
    return client


@pytest.fixture
def link(bo) -> str:
    return reverse("referrals:invitation", args=(referrals.give_code(bo, actor=SYSTEM).code,))


def test_the_link_is_made_once_and_stays(bo_in, bo):
    """E60: reading the page makes nothing."""
    assert "Make my link" in text_of(bo_in.get(PAGE))
    assert not ReferralCode.objects.exists()
    for _ in range(2):
        bo_in.post("/referrals/code/")
    code = ReferralCode.objects.get(member=bo).code
    page = bo_in.get(PAGE)
    assert (len(code), f"http://testserver/r/{code}/" in page.content.decode()) == (10, True)
    assert "data:image/svg+xml" in page.content.decode()


@pytest.mark.parametrize("name", ["Laurel team", "Suppоrt", "www.prize.test"])  # a Cyrillic o
def test_a_stranger_reads_no_misleading_name(client, bo, link, name):
    """UM25: what an invitation says is what its sender says of themselves."""
    members.update(bo, given_name=name, actor=SYSTEM)
    text = text_of(client.get(link))
    assert "A friend invites you" in text and name not in text


def test_who_signs_up_by_a_link_is_brought(client, bo, link, points):
    """E60: the code is kept through the sign-up, however it was typed."""
    bring_a_friend()
    assert "Bo invites you" in text_of(client.get(link))
    assert client.post(link.lower()).url == reverse("account_signup")
    client.post(reverse("account_signup"), FORM)
    work()
    referral = Referral.objects.get()
    assert (referral.advocate, referral.friend.email) == (bo, FORM["email"])
    assert referral.state == "pending"


def test_who_only_looks_at_a_link_is_brought_by_nobody(client, link):
    client.get(link)
    client.post(reverse("account_signup"), FORM)
    work()
    assert not Activity.objects.filter(kind="referral.joined").exists()


def test_who_has_a_sign_in_already_joins_by_it(client, bo, link, gus):
    client.force_login(gus)
    assert client.post(link).url == "/"
    client.post(reverse("join"), {"terms": "on", "terms_version": "1"})
    work()
    assert Referral.objects.get().friend == Member.objects.get(user=gus)


def test_members_read_that_links_are_for_others(bo_in, bo, amara, link):
    assert "your own link" in text_of(bo_in.get(link))
    bo_in.post(link)
    bo_in.force_login(amara.user)
    assert "a member already" in text_of(bo_in.get(link))
    work()
    assert not Referral.objects.exists()


def test_a_link_that_leads_nowhere(client, units):
    assert client.get("/r/ABCDEFGHJK/").status_code == 404


def test_every_state_in_plain_words_and_a_given_name_only(bo_in, bo):
    """E61: nothing of a friend but their given name."""
    said = {
        "pending": "Has not bought anything yet.",
        "bought": "may still go back. Counts from",
        "flagged": "We are looking at this one.",
        "approved": "this one counts",
        "void": "It does not count.",
    }
    for state in said:
        friend = newcomer(state, given_name=f"Given{state}", family_name="Secret")
        bring(bo, friend)
        if state in ("bought", "approved"):
            take(order(friend, "20.00", id=state))
    Referral.objects.filter(friend__ref="flagged").update(state="flagged")
    referrals.void(brought(Member.objects.get(ref="void")), reason="A farm", actor=SYSTEM)
    approved = Referral.objects.filter(friend__ref="approved")
    purchase = approved.get().purchases.get()
    approved.update(state="approved", order=purchase.activity, approved_at=purchase.due_at)
    text = text_of(bo_in.get(PAGE))
    assert [words for words in said.values() if words not in text] == []
    assert "Givenvoid" in text and "Secret" not in text and "example.test" not in text


def test_nobody_sees_anybody_elses(client, bo, amara):
    bring(bo, newcomer("ann", given_name="Ann"))
    client.force_login(amara.user)
    text = text_of(client.get(PAGE))
    assert "Nobody has come by your link yet" in text and "Ann" not in text


@pytest.mark.parametrize("friends", [1, 5])
def test_a_constant_number_of_questions(bo_in, bo, friends, django_assert_num_queries):
    for number in range(friends):
        friend = newcomer(f"f{number}")
        bring(bo, friend)
        take(order(friend, "20.00", id=f"o{number}"))
    bo_in.get(PAGE)
    with django_assert_num_queries(10):
        bo_in.get(PAGE)


def stages(client) -> list[str]:
    """How many invites and friends the page counts at each stage."""
    page = client.get(PAGE).content.decode()
    return re.findall(r'<span class="stat-value">\s*<bdi>(\d+)</bdi>', page)


def test_an_invite_goes_from_sent_to_rewarded(client, bo_in, bo, points):
    """UM25: sent, joined, qualified, rewarded; before it is used the page names nobody, for nobody is
    asked for a name."""
    bring_a_friend()
    bo_in.post("/referrals/invites/")
    invite = ReferralInvite.objects.get()
    page = text_of(bo_in.get(PAGE))
    assert "Nobody has joined by it yet." in page and invite.code in page
    assert stages(bo_in) == ["1", "0", "0", "0"]
    bo_in.logout()
    link = reverse("referrals:invitation", args=(invite.code,))
    client.post(link)
    client.post(reverse("account_signup"), FORM)
    work()
    assert client.get(link).status_code == 404, "an invite is for one friend"
    client.logout()
    referral = Referral.objects.get()
    client.force_login(bo.user)
    assert stages(client) == ["1", "1", "0", "0"]
    assert FORM["email"] not in client.get(PAGE).content.decode()
    take(order(referral.friend, "20.00", id="o1"))
    days_later(15)
    assert Referral.objects.get().state == "approved"
    assert stages(client) == ["1", "1", "1", "1"]
    assert "What it brought you stands in your points." in text_of(client.get(PAGE))


def test_who_qualified_without_a_campaign_is_not_rewarded(bo_in, bo):
    """UM25: "rewarded" is said only of what really brought something."""
    friend = newcomer("ann")
    bring(bo, friend)
    take(order(friend, "20.00", id="o1"))
    days_later(15)
    assert stages(bo_in) == ["0", "1", "1", "0"]
    assert "Qualified" in text_of(bo_in.get(PAGE))


def test_an_invite_is_taken_back_by_who_sent_it(bo_in, bo, amara):
    """UM25: then nobody comes by it; nobody else takes it back."""
    invite = referrals.send_invite(bo, actor=SYSTEM)
    gone = reverse("referrals:invite_removal", args=(invite.pk,))
    bo_in.force_login(amara.user)
    assert bo_in.post(gone).status_code == 404
    assert ReferralInvite.objects.exists()
    bo_in.force_login(bo.user)
    bo_in.post(gone)
    assert not ReferralInvite.objects.exists()
    bo_in.logout()
    link = reverse("referrals:invitation", args=(invite.code,))
    assert bo_in.get(link).status_code == 404


def test_invites_of_a_merged_membership_count_open_or_used(client, bo_in, bo, fay, points):
    """UM25: whichever of the memberships sent them, before the merge."""
    bring_a_friend()
    other = newcomer("other")
    for sender in (bo, other, other):
        invite = referrals.send_invite(sender, actor=SYSTEM)
    bo_in.logout()
    client.post(reverse("referrals:invitation", args=(invite.code,)))
    client.post(reverse("account_signup"), FORM)
    work()
    client.logout()
    client.force_login(bo.user)
    assert stages(client) == ["1", "0", "0", "0"]
    merges.merge(other, bo, reason="One person", key="one", by=fay)
    assert stages(client) == ["3", "1", "0", "0"]


def test_only_so_many_invites_are_on_their_way(bo_in, bo):
    """A refusal leaves them as they were."""
    for _ in range(20):
        referrals.send_invite(bo, actor=SYSTEM)
    page = text_of(bo_in.post("/referrals/invites/", follow=True))
    assert "20 invites are on their way." in page
    assert ReferralInvite.objects.count() == 20

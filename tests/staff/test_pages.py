"""The console's pages: what they count, what they cost, and that they save by operations alone."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.templatetags.static import static

from loyalty.campaigns.models import Campaign
from loyalty.campaigns.operations import campaigns
from loyalty.connectors.models import ApiKey, WebhookDelivery, WebhookEndpoint
from loyalty.rewards.models import Redemption, Reward
from loyalty.rewards.operations import redemptions, rewards
from members import clock
from members.models import (
    Activity,
    ActivityKind,
    AuditRow,
    Balance,
    Job,
    Member,
    Tier,
    User,
)
from members.operations import accounts, activities, adjustments, holds, jobs
from tests.conftest import SYSTEM
from tests.staff.conftest import client_of

# Session, user, and what the sidebar and the page need, however much there is to show.
LIST_BUDGET = 9
DESK_BUDGET = 21


def test_the_console_has_the_programmes_icon(client, gil):
    client.force_login(gil)
    page = client.get("/admin/").content.decode()
    assert f'href="{static("icons/favicon.svg")}"' in page


def piles_of(client) -> dict[str, tuple[int, str]]:
    piles = client.get("/admin/").context["piles"]
    return {str(pile["title"]): (pile["count"], pile["link"]) for pile in piles}


def dead_job(key: str) -> Job:
    jobs.enqueue("activity.evaluate", key=key, arguments={"activities": []})
    Job.objects.filter(key=key).update(state=Job.State.DEAD, attempts=5, fault="ValueError: no")
    return Job.objects.get(key=key)


@pytest.fixture
def busy(amara, points) -> dict[str, int]:
    """Work on several piles."""
    campaign = campaigns.draft("Autumn", actor=SYSTEM)
    campaigns.write_rule(
        campaign,
        triggers=["order.placed"],
        effects=[{"kind": "earn", "unit": "points", "amount": 5}],
        actor=SYSTEM,
    )
    campaigns.submit(campaign, actor=SYSTEM)
    mug = rewards.offer("mug", unit=points, actor=SYSTEM, name="Mug", kind="product", cost=10)
    for number in range(3):
        redemptions.redeem(amara, reward=mug, key=f"mug:{number}", actor=SYSTEM)
    dead_job("one")
    dead_job("two")
    accounts.freeze(
        Balance.objects.filter(account__member=amara).earliest("pk").pk,
        reason="It does not add up",
        actor=SYSTEM,
    )
    return {
        "Campaigns to publish": 1,
        "Redemptions to hand over": 3,
        "Jobs that gave up": 2,
        "Frozen accounts": 1,
        "Parked activities": 0,
    }


def test_every_number_opens_its_list(busy, ira):
    """US1: link count = list count."""
    client = client_of(ira)
    piles = piles_of(client)
    assert {title: piles[title][0] for title in busy} == busy
    for title, (count, link) in piles.items():
        assert client.get(link).context["cl"].result_count == count, title


def test_what_ends_soon_and_what_nobody_took_is_on_the_desk(busy, ira):
    """US1: campaigns that end within a week, deliveries that nobody took."""
    now = clock.now()
    for days, name in ((3, "Spring"), (30, "Summer")):
        ending = campaigns.draft(name, ends_at=now + timedelta(days=days), actor=SYSTEM)
        Campaign.objects.filter(pk=ending.pk).update(state="live")
    endpoint = WebhookEndpoint.objects.create(
        name="Shop", url="https://shop.example/", topics=[], sealed=b"x", created_at=now
    )
    WebhookDelivery.objects.create(
        endpoint=endpoint, key="a", topic="x", body="{}", state="dead", created_at=now
    )
    client = client_of(ira)
    piles = piles_of(client)
    for title in (
        "Campaigns that end within a week",
        "Webhooks that were not taken",
    ):
        count, link = piles[title]
        assert (count, client.get(link).context["cl"].result_count) == (1, 1), title


def test_the_programmes_figures_lead_on(busy, ira):
    """US1: how many members there are, and what is owed to them."""
    client = client_of(ira)
    page = client.get("/admin/")
    links = re.findall(
        r'href="(/admin/(?:members/member|measurement)[^"]*\?[^"]*)"', page.content.decode()
    )
    lists = [link.replace("&amp;", "&") for link in links]
    assert len(lists) == 3  # members, and the liability of the two units
    for link in lists:
        answer = client.get(link)
        assert answer.status_code == 200
        if "member" in link:
            assert answer.context["cl"].result_count == page.context["member_count"]


def test_the_desk_shows_only_what_one_may_work_on(busy, hal):
    hal.user_permissions.add(Permission.objects.get(codename="view_job"))
    assert piles_of(client_of(hal)) == {
        "Jobs that gave up": (2, "/admin/members/job/?state__exact=dead")
    }


def test_the_desk_costs_the_same_however_much_there_is(busy, fay, django_assert_max_num_queries):
    client = client_of(fay)
    with django_assert_max_num_queries(DESK_BUDGET) as few:
        client.get("/admin/")
    for number in range(20):
        dead_job(f"more:{number}")
    with django_assert_max_num_queries(len(few)):
        client.get("/admin/")


LISTS = (
    "members/entry",
    "members/balance",
    "members/member",
    "members/activity",
    "members/job",
    "members/auditrow",
    "rewards/redemption",
    "rewards/reward",
    "campaigns/campaign",
    "connectors/apikey",
)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_however_long_it_is(
    name, busy, bo, dee, fay, django_assert_max_num_queries
):
    for number in range(5):
        activities.record(
            "app.opened", member=bo, source="shop", external_id=str(number), actor=SYSTEM
        )
    client = client_of(fay)
    with django_assert_max_num_queries(LIST_BUDGET):
        assert client.get(f"/admin/{name}/").status_code == 200


def test_a_member_page_shows_them_all_round_and_saves_by_the_operation(busy, ira):
    """US3: Member 360."""
    member = Member.objects.get(ref="amara")
    client, address = client_of(ira), f"/admin/members/member/{member.pk}/change/"
    page = client.get(address)
    around = page.context["all_round"]
    assert [line.signed for line in around.lines] == [-10, -10, -10, 300, 200, 100]
    assert len(around.redemptions) == 3
    assert b"Earlier orders" in page.content
    answer = client.post(
        address,
        {
            "given_name": "Amara",
            "family_name": "Obi-Lind",
            "email": member.email,
            "birth_month": "3",
            "birth_day": "14",
            "joined_on": member.joined_on.isoformat(),
            "time_zone": "Europe/Berlin",
            "language": "en",
        },
    )
    assert answer.status_code == 302
    member.refresh_from_db()
    assert member.family_name == "Obi-Lind"
    row = AuditRow.objects.latest("id")
    assert (row.verb, row.actor_name, row.after) == (
        "members.member.updated",
        "Ira",
        {"fields": ["family_name"]},
    )


def test_the_member_page_says_what_is_ahead_and_what_was_done_by_hand(amara, points, fay, ira):
    """US3: tiers with their projection, what ends next, holds, adjustments, referrals, messages."""
    member = amara
    holds.place(member, unit=points, amount=30, key="cart", reference="order 7", actor=SYSTEM)
    adjustments.make(member, unit=points, amount=5, reason="Delay", by=fay, key="delay")
    around = client_of(ira).get(f"/admin/members/member/{member.pk}/change/").context["all_round"]
    assert [place.next for place in around.places] == ["Silver"]
    assert around.lots[0].remaining <= 100
    assert [(hold.amount, hold.reference) for hold in around.holds] == [(30, "order 7")]
    assert [adjustment.reason for adjustment in around.adjustments] == ["Delay"]
    assert (list(around.referrals), list(around.messages), list(around.merges)) == ([], [], [])


MEMBER_BUDGET = 40


def test_the_member_page_costs_the_same_however_much_they_did(
    amara, points, ira, django_assert_max_num_queries
):
    """US3: a query budget."""
    member = amara
    client, address = client_of(ira), f"/admin/members/member/{member.pk}/change/"
    client.get(address)
    with django_assert_max_num_queries(MEMBER_BUDGET) as few:
        client.get(address)
    for number in range(10):
        holds.place(member, unit=points, amount=1, key=f"cart:{number}", actor=SYSTEM)
        activities.record(
            "app.opened", member=member, source="shop", external_id=str(number), actor=SYSTEM
        )
    with django_assert_max_num_queries(len(few)):
        client.get(address)


def test_addresses_are_masked_for_those_who_need_not_write_to_them(amara, ira, staff_group):
    """US3: neither shown, nor changed, nor guessed letter by letter, nor exported."""
    staff_group.permissions.remove(Permission.objects.get(codename="see_contact"))
    client, address = client_of(ira), f"/admin/members/member/{amara.pk}/change/"
    for path in ("/admin/members/member/", address):
        text = client.get(path).content.decode()
        assert "amara@example.test" not in text
        assert "a…@e….test" in text
    sent = {"email": "mine@example.test", "given_name": "Amara", "joined_on": "2026-01-01"}
    sent |= {"time_zone": "Europe/Berlin", "language": "en"}
    client.post(address, sent)
    amara.refresh_from_db()
    assert amara.email == "amara@example.test"
    guess = client.get("/admin/members/member/", {"email__startswith": "am"})
    assert guess.status_code in (302, 400)


def test_members_are_found_by_reference_mail_and_name(amara, bo, ira):
    client = client_of(ira)
    for asked in ("amara", "amara@exam", "Obi"):
        found = client.get("/admin/members/member/", {"q": asked}).context["cl"].result_list
        assert [member.ref for member in found] == ["amara"], asked


def test_a_job_that_gave_up_tries_again(ira):
    job = dead_job("one")
    answer = client_of(ira).post(f"/admin/members/job/{job.pk}/retry/")
    assert answer.status_code == 302
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("ready", 0)
    assert AuditRow.objects.get().verb == "members.job.retried"
    assert client_of(ira).post(f"/admin/members/job/{job.pk}/retry/").status_code == 403


def test_a_redemption_is_handed_over_once(busy, ira):
    redemption = Redemption.objects.earliest("pk")
    address = f"/admin/rewards/redemption/{redemption.pk}"
    assert client_of(ira).post(f"{address}/fulfil/").status_code == 302
    redemption.refresh_from_db()
    assert redemption.state == "fulfilled"
    assert client_of(ira).post(f"{address}/cancel/", {"reason": "x"}).status_code == 403


def test_a_key_is_shown_once_and_works_until_it_is_revoked(fay):
    """US22."""
    client = client_of(fay)
    page = client.post(
        "/admin/connectors/apikey/add/", {"name": "Shop", "scopes": ["rewards:read"]}
    )
    text = page.context["key_text"]
    key = ApiKey.objects.get()
    assert text.encode() in page.content
    assert page["Cache-Control"].startswith("no-store")
    assert key.digest == ApiKey.digest_of(text)
    for address in ("", f"{key.pk}/change/", "add/"):
        assert text.encode() not in client.get(f"/admin/connectors/apikey/{address}").content
    ask = {"path": "/api/v1/rewards", "headers": {"Authorization": f"Bearer {text}"}}
    assert client_of(None).get(**ask).status_code == 200
    assert client.post(f"/admin/connectors/apikey/{key.pk}/revoke/").status_code == 302
    assert client_of(None).get(**ask).status_code == 401


def test_a_key_without_scopes_is_refused(fay):
    answer = client_of(fay).post("/admin/connectors/apikey/add/", {"name": "Shop"})
    assert answer.status_code == 422
    assert not ApiKey.objects.exists()


def test_staff_add_an_activity_kind_with_a_schema(ira):
    client = client_of(ira)
    bad = {"name": "quiz.taken", "title": "Quiz", "schema": '{"type": "object", "required": 3}'}
    answer = client.post("/admin/members/activitykind/add/", bad)
    assert answer.status_code == 422
    assert "not a JSON Schema" in str(answer.context["adminform"].form.errors["schema"])
    assert not ActivityKind.objects.filter(name="quiz.taken").exists()
    good = bad | {"schema": '{"type": "object", "properties": {"score": {"type": "integer"}}}'}
    assert client.post("/admin/members/activitykind/add/", good).status_code == 302
    kind = ActivityKind.objects.get(name="quiz.taken")
    assert (kind.version, kind.is_active, kind.is_shipped) == (1, True, False)
    assert AuditRow.objects.get().verb == "members.activity_kind.added"


def test_the_lowest_tier_stays_at_nought(units, ira):
    bronze = Tier.objects.get(slug="bronze")
    address = f"/admin/members/tier/{bronze.pk}/change/"
    sent = {"name": "Copper", "threshold": "5", "benefits": "", "reinstates_days": "0"}
    answer = client_of(ira).post(address, sent)
    assert answer.status_code == 422
    assert "The lowest tier starts at 0" in answer.content.decode()
    bronze.refresh_from_db()
    assert (bronze.name, bronze.threshold) == ("Bronze", 0)
    assert client_of(ira).post(address, sent | {"threshold": "0"}).status_code == 302
    bronze.refresh_from_db()
    assert bronze.name == "Copper"


def test_a_new_reward_is_offered_by_the_operation(points, ira):
    sent = {"name": "Mug", "slug": "mug", "kind": "product", "unit": points.pk, "cost": "250"}
    assert client_of(ira).post("/admin/rewards/reward/add/", sent).status_code == 302
    reward = Reward.objects.get(slug="mug")
    assert (reward.cost, reward.state) == (250, "active")
    assert AuditRow.objects.latest("id").verb == "rewards.reward.offered"


def rights_of(user: User) -> tuple:
    user.refresh_from_db()
    return user.is_staff, user.is_superuser, user.groups.count(), user.user_permissions.count()


def test_staff_change_nobodys_rights_not_even_their_own(ira, gus, staff_group):
    everything = {"email": "x@example.test", "is_superuser": "on", "is_staff": "on"}
    for user in (ira, gus):
        before = rights_of(user)
        answer = client_of(ira).post(f"/admin/members/user/{user.pk}/change/", everything)
        assert answer.status_code == 403
        assert rights_of(user) == before
    assert client_of(ira).post(f"/admin/auth/group/{staff_group.pk}/change/").status_code == 403


def test_superusers_change_rights_but_not_their_own(fay, gus, staff_group):
    client = client_of(fay)
    sent = {"email": gus.email, "is_active": "on", "is_staff": "on", "groups": [staff_group.pk]}
    assert client.post(f"/admin/members/user/{gus.pk}/change/", sent).status_code == 302
    assert rights_of(gus) == (True, False, 1, 0)
    assert AuditRow.objects.latest("id").after["groups"] == ["Console staff"]
    before = rights_of(fay)
    own = {"email": fay.email, "first_name": "Fay", "groups": [staff_group.pk]}
    assert client.post(f"/admin/members/user/{fay.pk}/change/", own).status_code == 302
    assert rights_of(fay) == before


def test_an_activity_says_why(amara, units, ira):
    activities.record("app.opened", member=amara, source="shop", external_id="1", actor=SYSTEM)
    activity = Activity.objects.get(external_id="1")
    page = client_of(ira).get(f"/admin/members/activity/{activity.pk}/change/")
    assert b"Not evaluated." in page.content
    while jobs.work_off():
        pass
    page = client_of(ira).get(f"/admin/members/activity/{activity.pk}/change/")
    assert b"Not evaluated." not in page.content
    assert b"No rule asks about this." in page.content

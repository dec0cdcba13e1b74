"""What a person looks at, in the console."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.campaigns.models import ReviewCase, ReviewRule
from loyalty.rewards.operations import rewards
from members.models import AuditRow, BulkRun
from tests.campaigns.conftest import campaigns, work
from tests.campaigns.operations.test_reviews import often, watch, write
from tests.conftest import SYSTEM
from tests.members.operations.test_merges import has
from tests.rewards.conftest import redeem
from tests.staff.conftest import client_of

__all__ = ["campaigns"]

pytestmark = pytest.mark.django_db
LIST, RULES = "/admin/campaigns/reviewcase/", "/admin/campaigns/reviewrule/"


def test_todays_work_leads_to_the_queue_and_says_why(ira, campaigns, bo):
    """US1, E64."""
    often(0)
    write(bo, "r1")
    client = client_of(ira)
    assert f"{LIST}?state__exact=open" in client.get("/admin/").content.decode()
    html = client.get(LIST, {"state__exact": "open"}).content.decode()
    assert "Often: 1 times, more than 0" in html
    assert "Review published" in html


def test_accepted_and_declined_with_a_reason(ira, campaigns, points, bo):
    """E64: and once."""
    work()
    before = has(bo, points)
    often(0)
    write(bo, "r1", "r2")
    client = client_of(ira)
    first, second = ReviewCase.objects.order_by("pk")
    assert client.post(f"{LIST}{first.pk}/accept/", {"reason": ""}).status_code == 422
    assert client.post(f"{LIST}{first.pk}/accept/", {"reason": "Known"}).status_code == 302
    assert client.post(f"{LIST}{second.pk}/decline/", {"reason": "Twice"}).status_code == 302
    assert client.post(f"{LIST}{second.pk}/accept/", {"reason": "Known"}).status_code == 403
    assert has(bo, points) == before + 10
    html = client.get(f"{LIST}{second.pk}/change/").content.decode()
    assert "Twice" in html
    assert ReviewCase.objects.get(pk=second.pk).decided_by == ira


def test_a_redemption_in_the_queue(ira, amara, points):
    mug = rewards.offer(
        "mug", unit=points, actor=SYSTEM, name="Blue mug", kind="product", cost=10, stock=5
    )
    watch(side="spend", window_hours=1, most_times=0)
    redeem(amara, mug)
    client = client_of(ira)
    assert "Blue mug" in client.get(LIST).content.decode()
    case = ReviewCase.objects.get()
    assert client.post(f"{LIST}{case.pk}/decline/", {"reason": "No"}).status_code == 302
    assert has(amara, points) == 600


def test_nobody_decides_about_what_they_did(gil, campaigns, bo):
    """E64: the page says why not."""
    bo.user = gil
    bo.save()
    often(0)
    write(bo, "r1")
    case = ReviewCase.objects.get()
    answer = client_of(gil).post(f"{LIST}{case.pk}/accept/", {"reason": "Mine"})
    assert (answer.status_code, ReviewCase.objects.get().state) == (403, "open")
    assert "what they did themselves" in answer.content.decode()


def test_rules_are_written_paused_then_activated(ira, campaigns):
    """E64: what is nonsense is said beside the form."""
    client = client_of(ira)
    form = {
        "name": "Many reviews",
        "slug": "many-reviews",
        "side": "earn",
        "subjects": "review.published",
        "window_hours": 24,
        "most_times": 5,
        "last": 10,
        "least": 3,
    }
    for wrong in ({"subjects": "no.such"}, {"window_hours": ""}, {"most_times": ""}):
        assert client.post(f"{RULES}add/", form | wrong).status_code == 422
    assert client.post(f"{RULES}add/", form).status_code == 302
    rule = ReviewRule.objects.get()
    assert (rule.subjects, rule.state) == (["review.published"], "paused")
    page = f"{RULES}{rule.pk}/change/"
    assert client.post(f"{RULES}{rule.pk}/activate/", {}).status_code == 302
    assert client.post(page, form | {"most_times": 7}).status_code == 302
    row = AuditRow.objects.get(verb="campaigns.review_rule.changed")
    assert (row.before, row.after) == ({"most_times": 5}, {"most_times": 7})
    assert ReviewRule.objects.get().state == "active"


def test_a_constant_number_of_questions(ira, campaigns, bo):
    often(0)
    client, counts = client_of(ira), []
    for number in range(3):
        write(bo, f"r{number}")
        with CaptureQueriesContext(connection) as seen:
            client.get(LIST)
        counts.append(len(seen))
    assert counts[1] == counts[2]


def test_many_at_once_and_those_that_cannot_are_named(gil, campaigns, points, bo, amara):
    """E64, US16: with one reason; what is one's own stays open, and everything else is decided. However many
    they are, each is a commit of its own, and more than fifty go into the background."""
    work()
    amara.user = gil
    amara.save()
    before = has(bo, points)
    often(0)
    write(bo, "r1", "r2")
    write(amara, "mine")
    client = client_of(gil)
    chosen = {"action": "bulk_accept", "_selected_action": list(_ids("r1", "r2", "mine"))}
    page = client.post(LIST, chosen)["Location"]
    asked = client.get(page)
    assert (asked.status_code, has(bo, points)) == (200, before)
    assert "An activity counts as of when it happened" in asked.content.decode()
    assert client.post(page, {"reason": ""}).status_code == 422
    answer = client.post(page, {"reason": "Known"}, follow=True)
    [mine] = _ids("mine")
    run = BulkRun.objects.get()
    assert (run.state, run.done, run.refused) == ("done", 2, 1)
    [refused] = answer.context["rows"]
    assert (refused["pk"], refused["why"]) == (
        mine,
        "Nobody decides about what they did themselves.",
    )
    assert has(bo, points) == before + 20
    assert list(ReviewCase.objects.open().values_list("pk", flat=True)) == [mine]


def _ids(*told):
    return ReviewCase.objects.filter(activity__external_id__in=told).values_list("pk", flat=True)


def test_nobody_without_the_right_decides_about_many(hal, campaigns, bo):
    """E64: who may only look at the list has no such action."""
    hal.user_permissions.add(Permission.objects.get(codename="view_reviewcase"))
    often(0)
    write(bo, "r1")
    chosen = {"action": "bulk_decline", "_selected_action": list(_ids("r1"))}
    client_of(hal).post(LIST, chosen)
    assert not BulkRun.objects.exists()
    assert ReviewCase.objects.get().state == "open"


def test_what_is_looked_at_is_no_parked_activity_besides(ira, campaigns, bo):
    """US1, E64: one thing is on one pile, and its number opens its list."""
    often(0)
    write(bo, "r1")
    client = client_of(ira)
    piles = {str(pile["title"]): pile for pile in client.get("/admin/").context["piles"]}
    assert (piles["Cases to look at"]["count"], piles["Parked activities"]["count"]) == (1, 0)
    assert client.get(piles["Parked activities"]["link"]).context["cl"].result_count == 0
    everything = client.get("/admin/members/activity/?looked_at=yes").context["cl"]
    assert everything.result_count == 1

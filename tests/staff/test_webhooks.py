"""Webhooks in the console: added, tested, their messages read and told again, their secrets changed."""

import pytest
from django.contrib.auth.models import Permission

from loyalty.connectors.models import WebhookDelivery, WebhookEndpoint
from loyalty.connectors.operations import webhooks
from members.models import BulkRun, Job
from tests.campaigns.conftest import work
from tests.campaigns.effects import published
from tests.conftest import SYSTEM
from tests.connectors.operations.test_webhooks import announce, listener
from tests.staff.conftest import client_of
from tests.staff.test_pages import LIST_BUDGET, piles_of

__all__ = ["listener"]

ENDPOINTS, DELIVERIES = "/admin/connectors/webhookendpoint/", "/admin/connectors/webhookdelivery/"


@pytest.fixture
def jo(ira):
    """Console staff who also administer webhooks."""
    ira.user_permissions.add(Permission.objects.get(codename="administer_webhookendpoint"))
    return ira


@pytest.fixture(autouse=True)
def _staff_do_not_administer(staff_group):
    staff_group.permissions.remove(Permission.objects.get(codename="administer_webhookendpoint"))


def page_of(row, step: str = "change") -> str:
    return f"/admin/{row._meta.label_lower.replace('.', '/')}/{row.pk}/{step}/"


@pytest.mark.django_db
def test_one_is_added_with_the_events_it_wants_and_its_secret_is_shown_once(jo, units):
    """US21: the address is checked as the command does; what rules tell is offered."""
    published("thanks", {"kind": "webhook", "topic": "refill.thanked"})
    client, asked = client_of(jo), {"name": "Till", "topics": ["refill.thanked"], "more": "b , a,"}
    page = client.get(f"{ENDPOINTS}add/")
    assert 'value="refill.thanked"' in page.content.decode()
    for url in ("http://till.example/", "https://till.example:8443/", "https://127.0.0.1@x/", ""):
        assert client.post(f"{ENDPOINTS}add/", asked | {"url": url}).status_code == 422, url
    long = {"url": "https://till.example/hook", "more": "x" * 61}
    assert client.post(f"{ENDPOINTS}add/", asked | long).status_code == 422
    assert not WebhookEndpoint.objects.exists()
    page = client.post(f"{ENDPOINTS}add/", asked | {"url": "https://till.example/hook"})
    assert page.status_code == 200 and "no-store" in page["Cache-Control"]
    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.topics == ["a", "b", "refill.thanked"]
    secret = page.context["secret"]
    assert secret.startswith("whsec_") and secret in page.content.decode()
    assert secret not in client.get(page_of(endpoint)).content.decode()
    assert client.post(page_of(endpoint, "listen"), {"topics": ["a"]}).status_code == 302
    endpoint.refresh_from_db()
    assert endpoint.topics == ["a"]


@pytest.mark.django_db
def test_staff_switch_off_and_test_and_do_not_administer(ira, hal, listener):
    """US21: the rights table's "revoke only"; refused, nothing changes."""
    endpoint, _ = webhooks.add("Till", url=listener.url, actor=SYSTEM)
    before = WebhookEndpoint.objects.values().get()
    client = client_of(ira)
    assert client.get(f"{ENDPOINTS}add/").status_code == 403
    for step in ("rotate", "listen"):
        assert client.post(page_of(endpoint, step)).status_code == 403
        assert f"/{step}" not in client.get(page_of(endpoint)).content.decode()
    for address in (ENDPOINTS, DELIVERIES, page_of(endpoint)):
        assert client_of(hal).get(address).status_code == 403
    assert client_of(hal).post(page_of(endpoint, "send-test")).status_code == 403
    assert WebhookEndpoint.objects.values().get() == before
    assert client.post(page_of(endpoint, "switch-off")).status_code == 302
    assert client.post(page_of(endpoint, "switch-on")).status_code == 403
    assert not WebhookEndpoint.objects.get().is_active
    assert not Job.objects.filter(kind="webhook.send").exists()


@pytest.mark.django_db
def test_its_secret_is_changed_and_the_end_of_the_overlap_is_said(jo, listener):
    """US21: shown once; sent again it is refused, and the page says until when both sign."""
    endpoint, old = webhooks.add("Till", url=listener.url, actor=SYSTEM)
    client = client_of(jo)
    page = client.post(page_of(endpoint, "rotate"))
    secret = page.context["secret"]
    assert "no-store" in page["Cache-Control"] and secret != old
    assert client.post(page_of(endpoint, "rotate")).status_code == 403
    page = client.get(page_of(endpoint)).content.decode()
    assert "Two secrets sign until" in page and secret not in page
    assert client.post(page_of(endpoint, "end-overlap")).status_code == 302
    assert "Two secrets sign until" not in client.get(page_of(endpoint)).content.decode()


@pytest.mark.django_db
def test_a_test_event_leads_to_what_came_of_it_and_counts_nowhere(ira, listener):
    """US21, US1: what was given up is counted on the first page and in its list alike; tests are not."""
    endpoint, _ = webhooks.add("Till", url=listener.url, actor=SYSTEM)
    client, title = client_of(ira), "Webhooks that were not taken"
    sent = client.post(page_of(endpoint, "send-test"))
    test = WebhookDelivery.objects.get()
    assert sent["Location"] == page_of(test)
    assert 'hx-trigger="every 2s"' in client.get(page_of(test)).content.decode()
    asking = {"HX-Request": "true"}
    assert "HX-Refresh" not in client.get(page_of(test), headers=asking)
    listener.answers, listener.says = [410, 410], b"<script>alert(1)</script>"
    work()
    assert client.get(page_of(test), headers=asking)["HX-Refresh"] == "true"
    page = client.get(page_of(test)).content.decode()
    assert (
        "answered 410" in page and "&lt;script&gt;alert(1)" in page and "<script>alert" not in page
    )
    assert "&quot;type&quot;: &quot;webhook.test&quot;" in page
    assert piles_of(client)[title][0] == 0
    announce()
    work()
    count, link = piles_of(client)[title]
    assert (count, client.get(link).context["cl"].result_count) == (1, 1)
    piles = client.get(page_of(endpoint)).context["piles"]
    assert [pile["count"] for pile in piles] == [0, 0, 1, 0]
    for pile in piles:
        assert client.get(pile["link"]).context["cl"].result_count == pile["count"]


@pytest.mark.django_db
def test_a_selection_is_told_again_and_what_cannot_be_is_listed(ira, listener):
    """US21, US16: counted first; one of four that was taken already is refused; run twice, told once."""
    webhooks.add("Till", url=listener.url, actor=SYSTEM)
    for key in "abcd":
        announce(key)
    WebhookDelivery.objects.update(state="dead")
    WebhookDelivery.objects.filter(key="b").update(state="delivered")
    Job.objects.all().delete()
    client = client_of(ira)
    rows = list(WebhookDelivery.objects.values_list("pk", flat=True))
    client.post(DELIVERIES, {"action": "bulk_replay", "_selected_action": rows})
    run = BulkRun.objects.get()
    confirm = f"/admin/members/bulkrun/{run.pk}/confirm/"
    assert b"Tell it again: 4 rows" in client.get(confirm).content
    assert Job.objects.count() == 0
    assert [client.post(confirm).status_code for _ in range(2)] == [302, 302]
    run.refresh_from_db()
    assert (run.done, run.refused) == (3, 1)
    work()
    assert (len(listener.heard), WebhookDelivery.objects.filter(state="delivered").count()) == (
        3,
        4,
    )


@pytest.mark.django_db
def test_the_lists_cost_the_same_however_long(ira, django_assert_max_num_queries):
    """Query budgets of the list, and of an endpoint's page."""
    endpoint, _ = webhooks.add("Till", url="https://till.example/hook", actor=SYSTEM)
    for number in range(30):
        announce(str(number))
    client = client_of(ira)
    for page in (DELIVERIES, page_of(endpoint)):
        client.get(page)
    with django_assert_max_num_queries(LIST_BUDGET + 1):
        client.get(DELIVERIES)
    with django_assert_max_num_queries(LIST_BUDGET):
        client.get(page_of(endpoint))

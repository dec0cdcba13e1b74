"""Without a connection: the vouchers that were opened, and nothing else, until their owner signs out."""

import pytest

from loyalty.rewards.models import Coupon, Redemption, Reward
from loyalty.rewards.operations import redemptions
from loyalty.rewards.operations.sealing import reveal
from loyalty.views import offline
from members.models import Member
from members.operations import ledger
from members.operations import members as memberships
from tests.browser.chromium import Visitor
from tests.browser.conftest import session_of
from tests.browser.looks import faults_of
from tests.conftest import SYSTEM

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
    pytest.mark.usefixtures("from_the_right"),
]

KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    if (!name.startsWith("kept:")) continue;
    for (const { url } of await (await caches.open(name)).keys()) found.push(new URL(url).pathname);
  }
  return found;
}"""

SHELLS = "async () => (await caches.keys()).filter((name) => name.startsWith('shell:'))"
TAMPER = """async () => {
  for (const name of await caches.keys()) {
    if (!name.startsWith("kept:")) continue;
    const copies = await caches.open(name);
    for (const { url } of await copies.keys()) await copies.put(url, new Response("old"));
  }
}"""

UPDATE = """async () => {
  const ours = await navigator.serviceWorker.getRegistration();
  const activated = new Promise((found) => ours.addEventListener("updatefound", () =>
    ours.installing.addEventListener("statechange", (event) =>
      event.target.state === "activated" && found(true))));
  await ours.update();
  return activated;
}"""


@pytest.fixture
def voucher(neighbourhood) -> Redemption:
    """Amara's coffee, with a code."""
    amara = Member.objects.get(user=neighbourhood["amara"])
    coffee = Reward.objects.get(slug="coffee")
    ledger.accrue(
        amara,
        unit=coffee.unit,
        amount=500,
        key="offline",
        reason="Orders",
        actor=SYSTEM,
        cause=("test", None),
    )
    return redemptions.redeem(amara, reward=coffee, key="offline", actor=SYSTEM)


def code_of(voucher: Redemption) -> str:
    return reveal(Coupon.objects.get(redemption=voucher))


def settle(visitor: Visitor) -> None:
    """Wait until the worker has the site, and has put away what it was answered."""
    visitor.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    visitor.page.wait_for_function("navigator.serviceWorker.controller !== null")


def kept(visitor: Visitor) -> list[str]:
    return sorted(visitor.page.evaluate(KEPT))


def not_installable(visitor: Visitor) -> list[str]:
    """UA10: what Chromium has against installing the page, but for our profile being a private one."""
    ask = visitor.page.context.new_cdp_session(visitor.page).send
    manifest = ask("Page.getAppManifest")
    assert manifest["url"] == f"{visitor.base}/app/en.webmanifest"
    errors = ask("Page.getInstallabilityErrors")["installabilityErrors"]
    return manifest["errors"] + [e for e in errors if e["errorId"] != "in-incognito"]


def test_an_opened_voucher_is_there_without_a_connection(visit, neighbourhood, voucher):
    """UM9: offline, reload: the code and its picture are still there, and look as they did."""
    address, code = f"/rewards/vouchers/{voucher.pk}/", code_of(voucher)
    with visit(neighbourhood["amara"], size="phone", offline=True) as visitor:
        page = visitor.page
        visitor.go("/")
        settle(visitor)
        assert not_installable(visitor) == []
        visitor.go("/rewards/vouchers/")
        visitor.go(address)
        face = "getComputedStyle(document.querySelector('.voucher-code')).fontSize"
        size = page.evaluate(face)
        assert page.get_by_role("button", name="Undo").is_visible()
        assert not page.get_by_text("You are reading a copy").is_visible()
        assert kept(visitor) == ["/rewards/vouchers/", address]

        page.context.set_offline(True)
        page.reload()
        assert page.get_by_text(code, exact=True).is_visible()
        assert page.locator(".voucher-picture").evaluate("(picture) => picture.naturalWidth > 0")
        assert page.evaluate(face) == size
        assert page.get_by_text("You are reading a copy").is_visible()
        assert not page.get_by_role("button", name="Undo").is_visible()
        assert visitor.policy_faults() == []

        page.goto(visitor.base + "/rewards/vouchers/")
        assert page.get_by_role("link", name="Coffee for two").is_visible()
        page.goto(visitor.base + "/points/")
        assert page.get_by_role("heading", name="We cannot be reached just now.").is_visible()
        page.get_by_role("link", name="Coffee for two").click()
        assert page.get_by_text(code, exact=True).is_visible()


def test_nothing_is_left_after_signing_out(visit, neighbourhood, voucher):
    """UM9: at once, and though the connection goes with it."""
    address, code = f"/rewards/vouchers/{voucher.pk}/", code_of(voucher)
    with visit(neighbourhood["amara"], offline=True) as visitor:
        page = visitor.page
        visitor.go("/")
        settle(visitor)
        visitor.go(address)
        assert kept(visitor) == [address]
        page.locator(".site-head details.menu summary").click()
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url(visitor.base + "/")
        assert kept(visitor) == []

        settle(visitor)
        page.context.set_offline(True)
        page.goto(visitor.base + address)
        assert page.get_by_role("heading", name="We cannot be reached just now.").is_visible()
        assert code not in page.content() and "Coffee for two" not in page.content()
        assert "amara" not in page.content().lower()
        page.go_back()
        assert code not in page.content()


def test_the_next_person_at_the_device_finds_no_copies(visit, neighbourhood, voucher):
    """A session may end without anybody signing out; then the first page that is not theirs ends it."""
    address = f"/rewards/vouchers/{voucher.pk}/"
    with visit(neighbourhood["amara"], offline=True) as visitor:
        visitor.go("/")
        settle(visitor)
        visitor.go(address)
        assert kept(visitor) == [address]
        visitor.page.context.clear_cookies()
        for name, value in session_of(neighbourhood["chi"]).items():
            visitor.page.context.add_cookies([{"name": name, "value": value, "url": visitor.base}])
        visitor.go("/")
        assert kept(visitor) == []
        assert visitor.go(address).status == 404
        assert kept(visitor) == []


def test_a_voucher_that_is_no_longer_there_loses_its_copy(visit, neighbourhood, voucher):
    address = f"/rewards/vouchers/{voucher.pk}/"
    with visit(neighbourhood["amara"], offline=True) as visitor:
        visitor.go("/")
        settle(visitor)
        visitor.go(address)
        bo = memberships.enrol("bo", actor=SYSTEM)
        Redemption.objects.filter(pk=voucher.pk).update(member=bo)
        assert visitor.go(address).status == 404
        assert kept(visitor) == []


def test_a_voucher_opened_before_the_worker_had_the_site_is_kept_too(visit, neighbourhood, voucher):
    """UM9: a link in a mail leads straight to it. Nothing else is: not home, not the points."""
    address = f"/rewards/vouchers/{voucher.pk}/"
    with visit(neighbourhood["amara"], offline=True) as visitor:
        visitor.go(address)
        visitor.page.get_by_text("This page stays readable").wait_for()
        for path in ("/", "/points/", "/rewards/", "/badges/"):
            visitor.go(path)
        assert kept(visitor) == [address]


def test_a_new_version_takes_over_and_makes_the_copies_anew(
    visit, neighbourhood, voucher, monkeypatch
):
    """With one file less the worker is another one; the copies are not lost with the old files."""
    address = f"/rewards/vouchers/{voucher.pk}/"
    with visit(neighbourhood["amara"], offline=True) as visitor:
        page = visitor.page
        visitor.go("/")
        settle(visitor)
        visitor.go(address)
        [first] = page.evaluate(SHELLS)
        page.evaluate(TAMPER)
        monkeypatch.setattr(offline, "PICTURES", offline.PICTURES[:-1])
        assert page.evaluate(UPDATE)
        [second] = page.evaluate(SHELLS)
        assert second != first
        page.context.set_offline(True)
        page.goto(visitor.base + address)
        assert page.get_by_text(code_of(voucher), exact=True).is_visible()


def test_the_page_without_a_connection_holds_wcag_policy_and_width(visit, neighbourhood):
    """UA2, UA10."""
    with visit(neighbourhood["amara"]) as visitor:
        assert faults_of(visitor, "/offline/") == []

"""The demo is a living programme: after it is loaded, no list is empty."""

import csv

import pytest
from django.contrib import admin
from django.core.management import call_command

from loyalty.connectors.domain.orderfile import COLUMNS
from loyalty.demo import cdnow
from loyalty.demo.people import AMARA
from members import clock
from members.models import User
from tests.portal.test_empty_pages import LISTS, blocks
from tests.staff.conftest import client_of

#: The newest purchases, whose customers are enough to make everything happen.
NEWEST = 30


@pytest.fixture
def loaded(db, settings, tmp_path, monkeypatch) -> None:
    """The whole demo, with the purchases of Amara and of those who came last."""
    settings.DEMO = True
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.CHECKPOINTS = str(tmp_path / "checkpoints.jsonl")
    monkeypatch.setenv("LAUREL_VAR", str(tmp_path))
    (tmp_path / "demo_password").write_text("correct horse battery")
    (tmp_path / "demo").mkdir()
    rows = list(cdnow.orders(clock.now().date() - cdnow.LAST_DAY))
    newest = sorted(rows, key=lambda row: row["time"])[-NEWEST:]
    wanted = {AMARA, *(row["member"] for row in newest)}
    with (tmp_path / "demo" / "cdnow.csv").open("w", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        writer.writerows(row for row in rows if row["member"] in wanted)
    call_command("load_demo", verbosity=0)


def test_every_list_has_something_on_it(loaded):
    """US26: of the console's lists each, of Amara's pages, the partner's and the committee's."""
    fay, amara, eli, chi = (
        client_of(User.objects.get(email=f"{name}@demo.example"))
        for name in ("fay", "amara", "eli", "chi")
    )
    empty = []
    for model in admin.site._registry:
        address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        if fay.get(address).context["cl"].result_count == 0:
            empty.append(address)
    assert empty == []
    assert fay.get("/admin/campaigns/campaign/calendar/").context["found"].entries
    partner = [f"/partner/harbour-co-op/{room}/" for room in ("events", "grants")]
    for client, paths in ((amara, LISTS), (eli, partner), (chi, ["/committee/"])):
        for path in paths:
            page = client.get(path)
            assert page.status_code == 200, path
            empty += [path for _ in blocks(page.content.decode())]
    assert empty == []

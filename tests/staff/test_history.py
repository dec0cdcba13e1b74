"""The history of every object, also of what no operation did; and forms that are not saved over others."""

import re
from datetime import UTC, datetime

import pytest
from django.contrib import admin
from django.db import connection
from django.utils.formats import date_format
from django.utils.timezone import localtime

from loyalty.campaigns.models import Campaign
from loyalty.campaigns.operations import campaigns
from members.console import ConsoleAdmin
from members.models import AuditRow, Change, Member, Tier
from members.operations import programme
from tests.conftest import SYSTEM
from tests.staff.conftest import client_of

#: Registered, and watched by no trigger: what is shown there is written once, or only by operations each
#: of which leaves its row in the audit trail.
EXCUSED = {
    "rows that never change": {
        "members.entry", "members.auditrow", "members.decision", "measurement.liabilityrate",
        "campaigns.effect", "campaigns.exchangerate", "rewards.fundmove", "rewards.fundbill",
        "rewards.couponbatch", "events_directory.poolentry", "events_directory.checkin",
        "events_directory.guestnote",
        "governance.decision", "recognition.streakmilestone", "members.consenttext",
    },
    "what members and the programme do, with its own rows and operations": {
        "members.activity", "members.balance", "members.adjustment", "members.hold", "members.gift",
        "members.household", "members.tierlift", "members.job", "members.sweeprun",
        "messaging.message", "campaigns.backtest", "campaigns.referral", "campaigns.reviewcase",
        "rewards.coupon", "rewards.redemption", "connectors.webhookdelivery",
        "events_directory.grantapplication", "events_directory.grant",
        "events_directory.disbursement", "events_directory.occurrence",
        "events_directory.booking", "events_directory.waitlistplace", "governance.seat", "governance.case",
        "recognition.badgeaward", "recognition.progress", "recognition.candidate",
        "recognition.nomination", "members.bulkrun", "measurement.savedview", "connectors.export",
        "connectors.import",
    },
}  # fmt: skip


def watched() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT encode(tgargs, 'escape') FROM pg_trigger t JOIN pg_proc p ON p.oid = tgfoid"
            " WHERE p.proname = 'note_change'"
        )
        return {row[0].split("\\000")[0] for row in cursor.fetchall()}


def test_every_page_of_the_console_has_a_history(db):
    """US17: each registered model is watched by the database, or excused for a reason."""
    registered = {model._meta.label_lower: page for model, page in admin.site._registry.items()}
    excused = set().union(*EXCUSED.values())
    assert sorted(set(registered) - watched() - excused) == []
    assert sorted(excused & watched()) == []
    assert sorted(excused - set(registered)) == []
    without = [label for label, page in registered.items() if not isinstance(page, ConsoleAdmin)]
    assert without == []


def moments(client, label: str, pk: int) -> list[tuple]:
    app, model = label.split(".")
    page = client.get(f"/admin/{app}/{model}/{pk}/history/")
    assert page.status_code == 200
    return [
        (
            moment.verb or moment.kind,
            moment.who,
            [(it.name, it.before, it.after) for it in moment.held],
        )
        for moment in page.context["moments"]
    ]


def test_a_change_by_form_shows_who_and_what_it_was(units, ira):
    """US17: who, when, before and after."""
    silver = Tier.objects.get(slug="silver")
    was = str(silver.threshold)
    client = client_of(ira)
    sent = {"name": "Silver", "threshold": "170", "benefits": "", "reinstates_days": "0"}
    assert client.post(f"/admin/members/tier/{silver.pk}/change/", sent).status_code == 302
    found = moments(client, "members.tier", silver.pk)
    changed = next(moment for moment in found if moment[0] == "changed")
    assert changed[1] == "Ira"
    assert (str(Tier._meta.get_field("threshold").verbose_name), was, "170") in changed[2]
    assert any(verb.startswith("members.tier.") and who == "Ira" for verb, who, _ in found)


def test_what_was_changed_in_bulk_shows_up(units, ira):
    """US17: `QuerySet.update` shows up, on each row that it changed and on no other."""
    first, second = (campaigns.draft(name, actor=SYSTEM) for name in ("Spring", "Summer"))
    before = Change.objects.count()
    Campaign.objects.filter(pk=first.pk).update(priority=7)
    Campaign.objects.filter(pk=second.pk).update(priority=second.priority)
    assert Change.objects.count() == before + 1
    name = str(Campaign._meta.get_field("priority").verbose_name)
    (kind, who, held), *_rest = moments(client_of(ira), "campaigns.campaign", first.pk)
    assert (kind, who, held) == ("changed", "", [(name, str(first.priority), "7")])
    assert all(
        moment[0] != "changed"
        for moment in moments(client_of(ira), "campaigns.campaign", second.pk)
    )


def test_an_instant_is_read_as_one(units, ira):
    """US17: in the reader's own way of writing times, not in the database's."""
    spring = campaigns.draft("Spring", actor=SYSTEM)
    starts = datetime(2026, 3, 20, 8, 30, tzinfo=UTC)
    Campaign.objects.filter(pk=spring.pk).update(starts_at=starts)
    name = str(Campaign._meta.get_field("starts_at").verbose_name)
    (_, _, held), *_rest = moments(client_of(ira), "campaigns.campaign", spring.pk)
    assert held == [(name, "", date_format(localtime(starts), "DATETIME_FORMAT"))]
    assert "2026-03" not in held[0][2]


def test_of_people_only_which_columns_changed_is_kept(amara, ira):
    """US17: whoever asks to be forgotten is not remembered by the history."""
    Member.objects.filter(pk=amara.pk).update(family_name="Lind", email="a@example.test")
    row = Change.objects.get(subject_type="members.member")
    assert row.before == row.after == {"email": None, "family_name": None}
    found = moments(client_of(ira), "members.member", amara.pk)
    assert found[0][2] == [("e-mail address", "", ""), ("family name", "", "")]


def test_the_history_costs_the_same_however_long(units, ira, django_assert_max_num_queries):
    campaign = campaigns.draft("Spring", actor=SYSTEM)
    for number in range(120):
        Campaign.objects.filter(pk=campaign.pk).update(priority=number + 1000)
    client = client_of(ira)
    with django_assert_max_num_queries(12):
        page = client.get(f"/admin/campaigns/campaign/{campaign.pk}/history/")
    assert len(page.context["moments"].object_list) == 50
    assert b"Page 1 of 3" in page.content


def test_history_is_for_those_who_may_see_the_object(units, hal):
    """Attack 13: history pages too."""
    campaign = campaigns.draft("Spring", actor=SYSTEM)
    address = f"/admin/campaigns/campaign/{campaign.pk}/history/"
    assert client_of(hal).get(address).status_code == 403


def test_the_notes_are_not_rewritten(units):
    from django.db import DatabaseError, transaction

    campaigns.draft("Spring", actor=SYSTEM)
    for spoil in (Change.objects.update, Change.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            spoil(**({"kind": "x"} if spoil == Change.objects.update else {}))


SENT = {"name": "Silver", "threshold": "170", "benefits": "", "reinstates_days": "0"}


def opened(client, address: str) -> str:
    return re.search(r'name="_opened" value="([^"]+)"', client.get(address).content.decode())[1]


def test_a_stale_form_is_refused_with_both_versions(units, ira, gil):
    """US23: two people edit one tier; the second sees what the first saved, and what they wrote."""
    silver = Tier.objects.get(slug="silver")
    address = f"/admin/members/tier/{silver.pk}/change/"
    first, second = client_of(ira), client_of(gil)
    theirs, mine = opened(first, address), opened(second, address)
    assert first.post(address, SENT | {"name": "Argent", "_opened": theirs}).status_code == 302
    trail = AuditRow.objects.count()
    answer = second.post(address, SENT | {"name": "Sterling", "_opened": mine})
    assert answer.status_code == 409
    silver.refresh_from_db()
    assert (silver.name, AuditRow.objects.count()) == ("Argent", trail)
    versions = {clash.label: clash for clash in answer.context["clashes"]}
    name = versions["Name"]
    assert (name.opened, name.saved, name.yours) == ("Silver", "Argent", "Sterling")
    text = answer.content.decode()
    assert "Somebody saved this while you were writing." in text
    assert 'value="Sterling"' in text
    again = re.search(r'name="_opened" value="([^"]+)"', text)[1]
    assert second.post(address, SENT | {"name": "Sterling", "_opened": again}).status_code == 302
    silver.refresh_from_db()
    assert silver.name == "Sterling"


def test_a_form_of_another_row_or_a_forged_one_is_refused(units, ira):
    silver, gold = (Tier.objects.get(slug=slug) for slug in ("silver", "gold"))
    client = client_of(ira)
    strange = opened(client, f"/admin/members/tier/{gold.pk}/change/")
    for carried in (strange, strange[:-3] + "abc", "nonsense"):
        answer = client.post(
            f"/admin/members/tier/{silver.pk}/change/", SENT | {"_opened": carried}
        )
        assert answer.status_code == 409
    silver.refresh_from_db()
    assert silver.threshold == 150


def test_a_fault_of_ones_own_keeps_what_was_opened(units, ira, gil):
    """US23: correcting a typing error does not hide what somebody saved meanwhile."""
    silver = Tier.objects.get(slug="silver")
    address = f"/admin/members/tier/{silver.pk}/change/"
    client = client_of(gil)
    mine = opened(client, address)
    answer = client.post(address, SENT | {"threshold": "many", "_opened": mine})
    assert answer.status_code == 422
    kept = re.search(r'name="_opened" value="([^"]+)"', answer.content.decode())[1]
    programme.change_tier(silver, name="Argent", actor=SYSTEM)
    assert client.post(address, SENT | {"_opened": kept}).status_code == 409


def test_forms_warn_before_they_are_left(units, ira):
    """US23: Unfold's warning is switched on for every form of ours."""
    silver = Tier.objects.get(slug="silver")
    page = client_of(ira).get(f"/admin/members/tier/{silver.pk}/change/")
    assert b"warn-unsaved-form" in page.content

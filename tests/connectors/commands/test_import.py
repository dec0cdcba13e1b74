"""import_activities: streams, reports every fault with its place, and repeats without effect."""

import pytest
from django.core.management import CommandError, call_command

from members.models import Activity, Balance, Entry, Member
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db

HEADER = (
    "id,type,time,member,order_id,currency,line_id,sku,category,quantity,unit_price,discount,tax,"
    "channel,store\n"
)
GOOD = (
    "o1,order.placed,2026-01-05T10:00:00+00:00,m1,o1,EUR,1,soap,refill,2,4.95,,,web,\n"
    "o1,order.placed,2026-01-05T10:00:00+00:00,m1,o1,EUR,2,jar,,1,10.00,1.00,,web,\n"
    "o2,order.placed,2026-01-06T10:00:00+00:00,m2,o2,EUR,1,soap,,1,7.50,,,,\n"
)


@pytest.fixture
def programme(units):
    from loyalty.campaigns.operations import standard

    standard.install(actor=SYSTEM)


def run(tmp_path, text, name="orders.csv", **options):
    file = tmp_path / name
    file.write_text(text)
    call_command("import_activities", str(file), **options)


def counts():
    return (
        Activity.objects.count(), Entry.objects.count(), Member.objects.count(),
        sum(Balance.objects.values_list("amount", flat=True)),
    )  # fmt: skip


def test_rows_of_one_id_are_one_order_and_members_are_created(programme, tmp_path, capsys):
    run(tmp_path, HEADER + GOOD)
    assert "2 activities read: 2 accepted; 2 new members; 0 faults" in capsys.readouterr().out
    amounts = dict(
        Balance.objects.filter(account__unit__code="points").values_list(
            "account__member__ref", "amount"
        )
    )
    assert amounts == {"m1": 18, "m2": 7}
    assert str(Member.objects.get(ref="m1").joined_on) == "2026-01-05"


def test_importing_again_changes_no_row(programme, tmp_path, capsys):
    run(tmp_path, HEADER + GOOD)
    before = counts()
    run(tmp_path, HEADER + GOOD)
    assert counts() == before
    assert "2 duplicate" in capsys.readouterr().out


def test_a_dry_run_writes_nothing(programme, tmp_path, capsys):
    before = counts()
    run(tmp_path, HEADER + GOOD, dry_run=True)
    assert counts() == before
    assert "2 activities would be read: 2 accepted" in capsys.readouterr().out


def test_faults_name_line_column_value_and_remedy_and_the_rest_goes_in(programme, tmp_path, capsys):
    bad = GOOD + (
        "o3,order.placed,2026-01-06,m2,o3,EUR,1,soap,,1,7.50,,,,\n"
        "o4,order.placed,2026-01-06T10:00:00+00:00,m2,o4,EUR,1,soap,,many,7.50,,,,\n"
        'o5,order.placed,2026-01-06T10:00:00+00:00,m2,o5,EUR,1,soap,,1,"7,50",,,,\n'
        "o6,order.placed,2026-01-06T10:00:00+00:00,,o6,EUR,1,soap,,1,7.50,,,,\n"
        "o7,no.such,2026-01-06T10:00:00+00:00,m2,o7,EUR,1,soap,,1,7.50,,,,\n"
    )
    with pytest.raises(SystemExit) as stop:
        run(tmp_path, HEADER + bad)
    assert stop.value.code == 1
    said = capsys.readouterr().err
    assert "line 5, time: '2026-01-06': write a time with its zone" in said
    assert "line 6, quantity: 'many': write a whole number of at least 1" in said
    assert "line 7, unit_price: '7,50': write an amount with a point, such as 14.90" in said
    assert "line 8, member: '': write 1 to 100 printable characters" in said
    assert "line 9, /type: 'no.such': There is no activity kind 'no.such'." in said
    assert Activity.objects.filter(kind="order.placed").count() == 2


def test_json_lines_of_cloud_events(programme, tmp_path):
    text = (
        '{"specversion":"1.0","id":"a","source":"x","type":"app.opened","subject":"m1",'
        '"time":"2026-01-05T10:00:00Z","data":{}}\n'
    )
    run(tmp_path, text, name="facts.jsonl", source="app")
    assert Activity.objects.get(external_id="a").source == "app"


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n"])
def test_a_file_without_the_columns_is_refused_whole(programme, tmp_path, text):
    with pytest.raises(CommandError, match="columns"):
        run(tmp_path, text)

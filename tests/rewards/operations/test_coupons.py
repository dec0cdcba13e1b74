"""Coupons: secrets of their owner, used once, never oversold, never guessed."""

import logging
import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from events_directory.operations import partners
from loyalty.rewards.errors import (
    CouponExpired,
    CouponUsed,
    CouponVoid,
    FaultyFile,
    NoneLeft,
    NoPool,
    TooManyGuesses,
    UnknownCoupon,
)
from loyalty.rewards.models import Coupon, CouponBatch, Redemption
from loyalty.rewards.operations import coupon_imports, coupons, guesses, redemptions, sealing
from members import clock
from members.domain.actors import Actor
from members.models import AuditRow
from members.operations import ledger
from tests.conftest import SYSTEM, person
from tests.racing import race
from tests.rewards.conftest import books, codes_of, held, redeem
from tests.watching import watched

STATES = Coupon.State
TILL = Actor("user", 7, "till")


@pytest.fixture
def tea(offer, shop):
    return offer("tea", kind="coupon", codes="generated", partner=shop, good_for_days=30)


def burn(code, **fields):
    return coupons.burn(code, **{"partner_id": None, "actor": TILL} | fields)


@pytest.mark.django_db
def test_each_piece_is_a_code_and_the_last_one_used_fulfils(amara, tea):
    redemption = redeem(amara, tea, quantity=2)
    first, second = codes_of(redemption)
    assert burn(first.lower().replace("-", " ")).state == STATES.BURNT
    assert Redemption.objects.get().state == "confirmed"
    burn(second)
    redemption.refresh_from_db()
    assert redemption.state == "fulfilled"
    steps = redemption.steps.order_by("pk").values_list("before", "after")
    assert list(steps) == [("", "confirmed"), ("confirmed", "fulfilled")]
    assert books() == []


@pytest.mark.django_db
def test_used_once_and_for_the_same_order_the_same_answer(amara, tea):
    [code] = codes_of(redeem(amara, tea))
    first = burn(code, order_id="A-1")
    assert burn(code, order_id="A-1").ended_at == first.ended_at
    for order in ("", "A-2"):
        with pytest.raises(CouponUsed):
            burn(code, order_id=order)
    assert AuditRow.objects.filter(verb="rewards.coupon.burnt").count() == 1


@pytest.mark.django_db
def test_a_cancelled_coupon_is_void_for_ever_and_not_given_to_another(amara, bo, points, pool_of):
    ticket = pool_of(["AAAA-1", "BBBB-2"])
    redemption = redeem(amara, ticket)
    [code] = codes_of(redemption)
    redemptions.cancel(redemption, actor=SYSTEM)
    with pytest.raises(CouponVoid):
        burn(code)
    again = redeem(amara, ticket, key="again")
    assert codes_of(again) == ["BBBB-2"]
    with pytest.raises(NoneLeft):
        redeem(amara, ticket, key="third")
    assert held(amara, points) == 500
    assert books() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE rewards_coupon SET redemption_id = NULL, state = 'free'",
        "UPDATE rewards_coupon SET state = 'free'",
        "DELETE FROM rewards_coupon",
        "UPDATE rewards_redemptionstep SET after = 'cancelled'",
        "DELETE FROM rewards_redemptionstep",
    ],
)
def test_the_database_itself_keeps_what_was_given_out(amara, tea, change):
    """I14, I15."""
    redeem(amara, tea)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert Coupon.objects.get().state == STATES.ASSIGNED


@pytest.mark.django_db
def test_expiry_is_an_instant_and_the_sweep_only_books_it(amara, tea, monkeypatch):
    redemption = redeem(amara, tea)
    [code] = codes_of(redemption)
    ends = Coupon.objects.get().expires_at
    monkeypatch.setattr(clock, "now", lambda: ends)
    with pytest.raises(CouponExpired):
        burn(code)
    coupons.expire(Coupon.objects.select_related("redemption").get(), actor=SYSTEM)
    assert Coupon.objects.get().state == STATES.EXPIRED
    assert Redemption.objects.get().state == "expired"
    assert books() == []


@pytest.mark.django_db
def test_a_secret_is_in_no_column_no_audit_row_and_no_log(amara, pool_of, caplog):
    caplog.set_level(logging.DEBUG)
    ticket = pool_of(["SECRET-CODE-77"])
    burn(codes_of(redeem(amara, ticket))[0])
    row = Coupon.objects.get()
    told = [repr(bytes(row.digest)), repr(bytes(row.sealed)), str(row), repr(row), caplog.text]
    told += [repr(each) for each in AuditRow.objects.values_list("before", "after", "reason")]
    assert [text for text in told if "SECRET" in text or "SECRETC0DE77" in text] == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM audit.coupon")
        columns = {column.name for column in cursor.description}
    assert not columns & {"digest", "sealed", "code"}


@pytest.mark.django_db
def test_after_a_new_secret_key_the_old_codes_still_work_while_it_is_listed(amara, tea, settings):
    redemption = redeem(amara, tea)
    [code] = codes_of(redemption)
    old, new = settings.SECRET_KEY, "another-secret-" * 5
    with override_settings(SECRET_KEY=new):
        assert codes_of(redemption) == [""]
        with pytest.raises(UnknownCoupon):
            coupons.check(code, partner_id=None, actor=TILL)
    with override_settings(SECRET_KEY=new, SECRET_KEY_FALLBACKS=[old]):
        assert codes_of(redemption) == [code]
        assert burn(code).state == STATES.BURNT


@pytest.mark.django_db
def test_a_sealed_code_cannot_be_moved_to_another_coupon(amara, tea):
    redemption = redeem(amara, tea, quantity=2)
    one, other = Coupon.objects.filter(redemption=redemption).order_by("pk")
    one.sealed = other.sealed
    assert sealing.reveal(one) == ""


@pytest.mark.django_db
def test_unknown_and_foreign_codes_are_the_same_to_whoever_asks(amara, tea, pool_of, shop):
    """The same queries, the same words, one miss each; a code that nobody has yet is unknown, too."""
    owner = person("finn@example.test")
    other = partners.register("Finn's", slug="finns", owner=owner, actor=Actor.user(owner))
    [foreign] = codes_of(redeem(amara, tea))
    pool_of(["FREE-CODE-1"], partner=other)
    coupons.check(foreign, partner_id=shop.pk, actor=TILL)
    said = []
    for code in ("NOSUCHCODE99", foreign, "FREE-CODE-1"):
        guesses.note_miss(TILL)
        with CaptureQueriesContext(connection) as asked, pytest.raises(UnknownCoupon) as refusal:
            coupons.check(code, partner_id=other.pk, actor=TILL)
        shapes = [re.split("WHERE|SAVEPOINT", query["sql"])[0] for query in asked]
        said.append((refusal.value.messages, shapes))
    assert said[0] == said[1] == said[2]


@pytest.mark.django_db
def test_guessing_is_slow_for_each_and_for_all(amara, tea):
    """Ten unknown codes in a quarter of an hour, then not even the right one; others go on."""
    [code] = codes_of(redeem(amara, tea))
    for number in range(guesses.EACH):
        with pytest.raises(UnknownCoupon):
            burn(f"NOSUCH{number}")
    with pytest.raises(TooManyGuesses):
        burn(code)
    assert Coupon.objects.get().state == STATES.ASSIGNED
    others = [Actor("key", number, "till") for number in range(guesses.ALL // guesses.EACH - 1)]
    for actor in others:
        for number in range(guesses.EACH):
            with pytest.raises(UnknownCoupon):
                burn(f"NOSUCH{number}", actor=actor)
    with pytest.raises(TooManyGuesses):
        burn(code, actor=Actor("user", 8, "an honest till"))


@pytest.mark.django_db
def test_a_quarter_of_an_hour_later_the_till_may_go_on(amara, tea, monkeypatch):
    [code] = codes_of(redeem(amara, tea))
    for number in range(guesses.EACH):
        with pytest.raises(UnknownCoupon):
            burn(f"NOSUCH{number}")
    later = clock.now() + guesses.WINDOW
    monkeypatch.setattr(clock, "now", lambda: later)
    assert burn(code).state == STATES.BURNT


@pytest.mark.django_db
def test_importing_a_file_twice_changes_nothing(pool_of):
    """E90."""
    ticket = pool_of(["AAAA-1", "BBBB-2"])
    batch = coupon_imports.import_codes(ticket, text="code\naaaa1\nCCCC-3", actor=SYSTEM)
    assert (batch.rows, batch.minted) == (2, 1)
    assert Coupon.objects.count() == 3
    assert books() == []


@pytest.mark.django_db
def test_a_faulty_file_changes_nothing_and_names_its_lines(pool_of, offer):
    pool_of(["AAAA-1"])
    cinema = pool_of(["CINE-1"], slug="cinema")
    with pytest.raises(FaultyFile) as refusal:
        coupon_imports.import_codes(cinema, text="DDDD-4\nAAAA-1\nX\n", actor=SYSTEM)
    assert refusal.value.messages == [
        "Nothing was imported. Line 2: the code of another reward. "
        "Line 3: fewer than 4 letters and digits, which is quickly guessed."
    ]
    with pytest.raises(FaultyFile):
        coupon_imports.import_codes(cinema, text="\n", actor=SYSTEM)
    with pytest.raises(NoPool):
        coupon_imports.import_codes(offer("mug"), text="AAAA-9", actor=SYSTEM)
    assert (Coupon.objects.count(), CouponBatch.objects.count()) == (2, 2)


@pytest.mark.django_db
def test_a_code_of_a_file_ends_on_its_own_day_or_with_the_voucher(amara, offer):
    ticket = offer("ticket", kind="coupon", codes="pool", good_for_days=10)
    today = clock.now().date()
    soon, late = today + timedelta(days=2), today + timedelta(days=200)
    text = f"code,expires_on\nAAAA-1,{soon}\nBBBB-2,{late}"
    coupon_imports.import_codes(ticket, text=text, actor=SYSTEM)
    redemption = redeem(amara, ticket, quantity=2)
    first, second = Coupon.objects.order_by("pk")
    assert first.expires_at < redemption.expires_at == second.expires_at


@pytest.mark.django_db(transaction=True)
def test_500_clients_take_exactly_50_coupons(amara, bo, dee, points, pool_of):
    """P8, I14, I15: clients in four processes, some of them undoing at once; a code goes out once, and
    every snapshot taken meanwhile adds up."""
    members = [amara, bo, dee]
    for member in members:
        ledger.accrue(
            member,
            unit=points,
            amount=5_000,
            key=f"race:{member.pk}",
            reason="r",
            actor=SYSTEM,
            cause=("test", None),
        )
    ticket = pool_of([f"CODE-{number:04}" for number in range(50)], cost=10)
    jobs = [
        (members[number % 3].pk, ticket.pk, f"race{number}", number % 7 == 0)
        for number in range(500)
    ]
    with watched() as looks:
        found = race("redeem", jobs, database=connection.settings_dict["NAME"])
    assert (looks.count > 20, looks.wrong) == (True, set())
    assert found["redeemed"] + found["undone"] == 50
    assert found["out_of_stock"] == 450
    assert Coupon.objects.filter(state=STATES.ASSIGNED).count() == found["redeemed"]
    assert Coupon.objects.filter(state=STATES.VOID).count() == found["undone"]
    spent = sum(5_000 - held(member, points) for member in (bo, dee)) + 5_600 - held(amara, points)
    assert spent == 10 * found["redeemed"]
    assert books() == []


@pytest.mark.django_db(transaction=True)
def test_forty_tills_take_one_coupon_once(amara, tea):
    """P8: one winner among processes."""
    [code] = codes_of(redeem(amara, tea))
    found = race("burn", [code] * 40, database=connection.settings_dict["NAME"], processes=2)
    assert found == {"burnt": 1, "coupon_used": 39}
    assert books() == []

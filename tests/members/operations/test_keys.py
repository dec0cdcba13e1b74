"""Customer keys: how they are read, whose they are, and what is refused."""

from threading import Event

import pytest
from django.db import connection, transaction
from django.test import override_settings

from members import clock
from members.domain.actors import Actor
from members.domain.keys import CARD, EMAIL, PHONE
from members.errors import KeyTaken, NoKeyForOneself, UnreadableKey
from members.models import AuditRow, CustomerKey
from members.operations import keys, members
from tests.conftest import SYSTEM
from tests.together import together


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (EMAIL, " Ann@Example.TEST ", "ann@example.test"),
        (EMAIL, "ann@bücher.example", "ANN@xn--bcher-kva.example"),
        (PHONE, "030 / 123 456", "+49 30 123456"),
        (PHONE, "0049-30-123456", "+4930123456"),
        (CARD, " 4711-a ", "4711-a"),
    ],
)
def test_values_have_one_form(kind, one, other):
    """E89: case, blanks, country codes and international domains do not matter."""
    assert keys.read(kind, one) == keys.read(kind, other)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (EMAIL, "ann"),
        (EMAIL, "@example.test"),
        (EMAIL, "a nn@example.test"),
        (EMAIL, "ann@" + "x" * 70 + ".test"),
        (EMAIL, "ann@\ud800.test"),
        (PHONE, "none"),
        (PHONE, "1"),
        (PHONE, "1" * 300),
        (CARD, "  "),
        (CARD, "a\x00b"),
    ],
)
def test_nonsense_is_no_key(kind, text):
    with pytest.raises(UnreadableKey):
        keys.read(kind, text)


def test_kinds_and_cards_differ():
    assert keys.read(CARD, "a") != keys.read(CARD, "A")
    assert keys.read(CARD, "a@b.test").digests != keys.read(EMAIL, "a@b.test").digests


@pytest.mark.django_db
def test_a_list_is_everything_of_its_kind(bo):
    """E89: given, replaced, taken; other kinds stay. Values are kept nowhere."""
    keys.give(bo, keys={CARD: ["1", "2"], PHONE: ["030 123456"]}, actor=SYSTEM)
    assert keys.kinds_of(bo) == {"card_token": 2, "phone": 1, "email": 0}
    keys.give(bo, keys={CARD: ["2", "3"]}, actor=SYSTEM)
    assert keys.kinds_of(bo) == {"card_token": 2, "phone": 1, "email": 0}
    keys.give(bo, keys={CARD: []}, actor=SYSTEM)
    assert keys.kinds_of(bo) == {"card_token": 0, "phone": 1, "email": 0}
    rows = AuditRow.objects.filter(verb="members.keys.changed").order_by("pk")
    assert [row.after for row in rows] == [
        {"given": 3, "taken": 0},
        {"given": 1, "taken": 1},
        {"given": 0, "taken": 2},
    ]


@pytest.mark.django_db
def test_a_key_of_somebody_else_is_refused(bo, dee):
    """E89: nothing changes, not even the other keys that came with it."""
    keys.give(bo, keys={CARD: ["1"]}, actor=SYSTEM)
    before = list(CustomerKey.objects.values_list("pk", "member"))
    with pytest.raises(KeyTaken):
        keys.give(dee, keys={PHONE: ["030 123456"], CARD: ["1"]}, actor=SYSTEM)
    assert list(CustomerKey.objects.values_list("pk", "member")) == before
    keys.give(bo, keys={CARD: []}, actor=SYSTEM)
    keys.give(dee, keys={CARD: ["1"]}, actor=SYSTEM)
    assert keys.kinds_of(dee)["card_token"] == 1


@pytest.mark.django_db
def test_nobody_gives_keys_to_themselves(bo):
    with pytest.raises(NoKeyForOneself):
        keys.give(bo, keys={CARD: ["1"]}, actor=Actor.user(bo.user))
    assert CustomerKey.objects.count() == 0


@pytest.mark.django_db
def test_the_contact_address_is_a_key_once_it_is_told_or_shown(units, bo):
    """E89: an address that somebody typed for themselves claims nothing until they have shown it."""
    assert keys.kinds_of(bo)["email"] == 0
    keys.follow_email(bo, address=bo.email, actor=Actor.user(bo.user))
    assert keys.kinds_of(bo)["email"] == 0
    keys.follow_email(bo, address=bo.email, actor=Actor.user(bo.user), is_verified=True)
    assert keys.kinds_of(bo)["email"] == 1
    ann = members.enrol("ann", email="Ann@example.test", actor=SYSTEM)
    assert keys.kinds_of(ann)["email"] == 1
    members.update(ann, email="ann@example.com", actor=SYSTEM)
    old, new = keys.read(EMAIL, "ann@example.test"), keys.read(EMAIL, "ann@example.com")
    owned = CustomerKey.objects.filter(member=ann)
    assert [bytes(row.digest) for row in owned] == [new.digest]
    assert CustomerKey.objects.get(digest=old.digest).member is None


@pytest.mark.django_db
def test_a_contact_address_of_somebody_else_is_no_fault(units):
    """E89: two members may have one address (a household); it stays the first one's key."""
    ann = members.enrol("ann", email="us@example.test", actor=SYSTEM)
    ben = members.enrol("ben", email="us@example.test", actor=SYSTEM)
    assert (keys.kinds_of(ann)["email"], keys.kinds_of(ben)["email"]) == (1, 0)


@pytest.mark.django_db
def test_keys_outlive_a_change_of_the_secret(bo, dee, settings):
    """E89: found under the old secret while it is listed, and still only one member's."""
    keys.give(bo, keys={CARD: ["1"]}, actor=SYSTEM)
    with override_settings(SECRET_KEY="n" * 60, SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
        with pytest.raises(KeyTaken):
            keys.give(dee, keys={CARD: ["1"]}, actor=SYSTEM)
        keys.give(bo, keys={CARD: ["1"]}, actor=SYSTEM)
        assert keys.kinds_of(bo)["card_token"] == 1
        keys.give(bo, keys={CARD: []}, actor=SYSTEM)
        assert CustomerKey.objects.filter(member=bo).count() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_noted", [False, True])
def test_of_two_who_are_given_one_key_at_once_one_has_it(bo, dee, is_noted):
    """E89: the key's row is locked, whether a purchase has named it before or not."""
    if is_noted:
        keys.give(bo, keys={CARD: ["1"]}, actor=SYSTEM)
        keys.give(bo, keys={CARD: []}, actor=SYSTEM)
    said = together(
        *(
            lambda member=member: keys.give(member, keys={CARD: ["1"]}, actor=SYSTEM)
            for member in (bo, dee)
        )
    )
    assert sorted(said) == ["done", "key_taken"]
    assert CustomerKey.objects.exclude(member=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_a_key_sees_whose_it_has_become(bo, dee):
    """E89: a purchase that comes while the key is being given waits, and is the member's."""
    keys.give(bo, keys={CARD: ["1"]}, actor=SYSTEM)
    keys.give(bo, keys={CARD: []}, actor=SYSTEM)
    key, given, seen = keys.read(CARD, "1"), Event(), []

    def give_slowly():
        with transaction.atomic():
            keys.give(dee, keys={CARD: ["1"]}, actor=SYSTEM)
            given.set()
            with connection.cursor() as cursor:
                # Until somebody waits for us.
                while True:
                    cursor.execute(
                        "SELECT count(*) FROM pg_locks WHERE NOT granted"
                        " AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
                    )
                    if cursor.fetchone()[0]:
                        break

    def look():
        given.wait()
        with transaction.atomic():
            seen.append(keys.look_up([key], at=clock.now())[key].member_id)

    assert together(give_slowly, look) == ["done", "done"]
    assert seen == [dee.pk]

"""What a person looks at before it counts."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.campaigns.errors import UnknownSubject
from loyalty.campaigns.models import Effect, ReviewCase, ReviewRule
from loyalty.campaigns.operations import intake, merges, review_rules, reviews
from members import clock
from members.domain.actors import Actor
from members.errors import AlreadyDecided, ReasonNeeded, Refused
from members.models import Activity, AuditRow, Balance, Entry
from members.operations import accounts, activities, households, ledger
from tests.books import faults
from tests.campaigns.conftest import act, order, take, work
from tests.conftest import SYSTEM, person
from tests.members.operations.test_merges import has
from tests.together import together

pytestmark = pytest.mark.django_db

LOOKING = "We are looking at this one."


@pytest.fixture
def clerk(db) -> Actor:
    return Actor.user(person("clerk@example.test", is_staff=True))


def watch(slug="often", side="earn", **terms):
    """An active rule."""
    rule = review_rules.define(slug, name=slug.title(), side=side, actor=SYSTEM, **terms)
    return review_rules.activate(rule, actor=SYSTEM)


def often(most=2, subjects=("review.published",), **terms):
    terms = {"subjects": list(subjects), "window_hours": 1, "most_times": most} | terms
    return watch(**terms)


def write(member, *ids, at=None):
    return take(*(act("review.published", member, id=id, sku="mug", at=at) for id in ids))


def statuses(answers) -> list[str]:
    return [answer["status"] for answer in answers]


def test_the_third_within_an_hour_waits(campaigns, points, bo):
    """E64: with what was seen; it brings nothing yet, and says so."""
    work()
    before = has(bo, points)
    often()
    answers = write(bo, "r1", "r2", "r3")
    assert statuses(answers) == ["accepted", "accepted", "parked"]
    assert (answers[2]["reason"], answers[2]["effects"]) == (LOOKING, [])
    case = ReviewCase.objects.get()
    assert (case.activity.external_id, case.member, case.state) == ("r3", bo, "open")
    assert case.reasons == [{"rule": "often", "code": "times", "seen": "3", "most": "2"}]
    assert has(bo, points) == before + 20
    assert statuses(write(bo, "r4", at=clock.now() + timedelta(minutes=61))) == ["quarantined"]


@pytest.mark.parametrize("as_batch", [True, False])
def test_one_by_one_and_in_a_batch_the_same(campaigns, bo, as_batch):
    """E64: told one by one or at once."""
    often()
    if as_batch:
        said = statuses(write(bo, "r1", "r2", "r3", "r4"))
    else:
        said = [statuses(write(bo, id))[0] for id in ("r1", "r2", "r3", "r4")]
    assert said == ["accepted", "accepted", "parked", "parked"]
    assert ReviewCase.objects.count() == 2


def test_told_in_another_order_they_are_as_many(campaigns, bo):
    """E64: back-dating the later ones evades nothing."""
    often()
    now = clock.now()
    said = [statuses(write(bo, f"r{n}", at=now - timedelta(minutes=10 * n)))[0] for n in range(4)]
    assert said == ["accepted", "accepted", "parked", "parked"]


def test_accepted_it_counts_as_of_when_it_happened(campaigns, points, bo, clerk):
    """E64, E86: by the rules of its time; told again it has the first answer."""
    work()
    often(0)
    at = clock.now() - timedelta(days=3)
    write(bo, "r1", at=at)
    before = has(bo, points)
    reviews.accept(ReviewCase.objects.get(), reason="Known", actor=clerk)
    assert has(bo, points) == before + 10
    effect = Effect.objects.get(activity__external_id="r1")
    assert (effect.entry.occurred_at, effect.activity.status) == (at, "accepted")
    [again] = write(bo, "r1", at=at)
    assert (again["status"], len(again["effects"])) == ("duplicate", 1)
    assert faults() == []
    row = AuditRow.objects.get(verb="campaigns.review_case.accepted")
    assert (row.actor_id, row.reason) == (clerk.id, "Known")


def test_declined_it_never_counts(campaigns, points, bo, clerk):
    """E64: for good; told again it says so."""
    work()
    often(0)
    at = clock.now()
    write(bo, "r1", at=at)
    before = has(bo, points)
    reviews.decline(ReviewCase.objects.get(), reason="A farm", actor=clerk)
    intake.evaluate_recorded([Activity.objects.get(external_id="r1").pk], actor=SYSTEM)
    assert has(bo, points) == before
    [again] = write(bo, "r1", at=at)
    assert (again["status"], again["reason"]) == ("declined", reviews.DECLINED)
    for verb in (reviews.accept, reviews.decline):
        with pytest.raises(AlreadyDecided):
            verb(ReviewCase.objects.get(), reason="Again", actor=clerk)


def test_what_lower_floors_record_waits_too(campaigns, points, bo, clerk):
    """E64: a check-in, a birthday; evaluated by the worker."""
    work()
    often(0, subjects=["event.attended"])
    before = has(bo, points)
    activities.record("event.attended", member=bo, source="laurel", external_id="e", actor=SYSTEM)
    work()
    activity = Activity.objects.get(external_id="e")
    assert (activity.status, activity.status_reason, has(bo, points)) == ("parked", LOOKING, before)
    work()
    reviews.accept(ReviewCase.objects.get(), reason="Was there", actor=clerk)
    assert has(bo, points) == before + 40


def test_points_that_were_earned_too_fast(campaigns, points, bo):
    """E64: once more than 50 points have come within the day, the next order waits."""
    watch("fast", subjects=["order.placed"], window_hours=24, most_units=50, unit=points)
    said = [statuses(take(order(bo, "30.00", id=f"o{n}")))[0] for n in range(3)]
    assert said == ["accepted", "accepted", "parked"]
    assert ReviewCase.objects.get().reasons[0]["seen"] == "60"


def test_an_order_far_above_the_usual(campaigns, bo):
    """E64: ten times the median of their own, once there are three."""
    watch("large", subjects=["order.placed"], factor=Decimal(10))
    said = statuses(take(*(order(bo, amount, id=amount) for amount in ("500", "20", "30"))))
    assert said == ["accepted"] * 3
    assert statuses(take(order(bo, "300.00", id="o4"))) == ["accepted"]
    assert statuses(take(order(bo, "1650.01", id="o5"))) == ["parked"]
    assert ReviewCase.objects.get().reasons == [
        {"rule": "large", "code": "amount", "seen": "1650.01", "most": "1650"}
    ]


def test_a_return_waits_with_its_order(campaigns, points, bo, clerk):
    """E31, E64: accepted, both count; the order's points are taken back at once."""
    often(0, subjects=["order.placed"])
    work()
    before = has(bo, points)
    said = take(order(bo, "40.00"), act("order.returned", bo, id="r", order_id="o1"))
    assert statuses(said) == ["parked", "parked"]
    reviews.accept(ReviewCase.objects.get(), reason="Fine", actor=clerk)
    assert Activity.objects.get(external_id="r").status == "accepted"
    assert has(bo, points) == before
    assert faults() == []


def test_a_return_is_declined_with_its_order(campaigns, bo, clerk):
    """E64: nothing waits for ever."""
    often(0, subjects=["order.placed"])
    take(order(bo, "40.00"), act("order.returned", bo, id="r", order_id="o1"))
    reviews.decline(ReviewCase.objects.get(), reason="A farm", actor=clerk)
    back = Activity.objects.get(external_id="r")
    assert (back.status, back.status_reason) == ("declined", reviews.ORDER_DECLINED)


@pytest.mark.parametrize("source", ["shop", "desk"])
def test_a_return_told_after_its_order_was_declined_ends_with_it(campaigns, bo, clerk, source):
    """E64, E31: also one that is known only to be of the one order of that number."""
    often(0, subjects=["order.placed"])
    take(order(bo, "40.00"))
    early = replace(act("order.returned", bo, id="r1", order_id="o1"), source=source)
    [waits] = take(early)
    reviews.decline(ReviewCase.objects.get(), reason="A farm", actor=clerk)
    late = replace(early, external_id="r2")
    [told] = take(late)
    assert (waits["status"], told["status"]) == ("parked", "declined")
    assert told["reason"] == reviews.ORDER_DECLINED
    assert take(late) == [told]
    ends = Activity.objects.filter(kind="order.returned").values_list("status", "status_reason")
    assert set(ends) == {("declined", reviews.ORDER_DECLINED)}


def test_a_case_about_a_return_ends_with_its_order(campaigns, bo, clerk):
    """E64: nothing is left to decide."""
    often(0, subjects=["order.placed", "order.returned"])
    take(order(bo, "40.00"))
    take(act("order.returned", bo, id="r", order_id="o1"))
    about_order, about_return = ReviewCase.objects.order_by("pk")
    reviews.decline(about_order, reason="A farm", actor=clerk)
    about_return.refresh_from_db()
    assert (about_return.state, about_return.decision) == ("declined", reviews.ORDER_DECLINED)


def test_a_return_of_the_first_order_outlives_the_second_of_its_number(campaigns, bo, clerk):
    """E64, semantic 16: declining what was told twice does not decline what came back of the first."""
    take(order(bo, "40.00"))
    often(0, subjects=["order.placed", "order.returned"])
    take(order(bo, "41.00", id="e2", order_id="o1"))
    take(act("order.returned", bo, id="r", order_id="o1"))
    about_order, about_return = ReviewCase.objects.order_by("pk")
    reviews.decline(about_order, reason="Told twice", actor=clerk)
    about_return.refresh_from_db()
    assert about_return.state == "open"
    reviews.accept(about_return, reason="Fine", actor=clerk)
    assert Activity.objects.get(external_id="r").status == "accepted"


def test_paused_and_other_kinds_and_the_past_are_left_alone(campaigns, bo):
    rule = often(0)
    assert statuses(take(order(bo, "4.00"))) == ["accepted"]
    told = act("review.published", bo, id="h", sku="mug", at=clock.now() - timedelta(days=400))
    [answer] = intake.take([told], actor=SYSTEM, is_history=True)
    assert answer.status == "accepted"
    review_rules.pause(rule, actor=SYSTEM)
    assert statuses(write(bo, "r1")) == ["accepted"]
    assert not ReviewCase.objects.exists()


def test_a_dry_run_says_that_it_would_wait_and_opens_nothing(campaigns, bo):
    """E36, E64."""
    often(0)
    told = act("review.published", bo, id="r1", sku="mug")
    [answer] = intake.preview([told], actor=SYSTEM)
    assert (answer.status, answer.reason) == ("parked", LOOKING)
    assert not ReviewCase.objects.exists()


def test_no_question_without_a_rule_and_few_with(campaigns, bo, amara):
    """E64: the number of questions depends on neither the activities nor the members."""

    def questions(count: int, prefix: str) -> int:
        people = (bo, amara)
        tolds = [act("app.opened", people[n % 2], id=f"{prefix}{n}") for n in range(count)]
        with CaptureQueriesContext(connection) as seen:
            intake.take(tolds, actor=SYSTEM)
        return len(seen)

    questions(2, "warm")
    none = [questions(count, f"n{count}-") for count in (2, 20)]
    rule = often(1000, subjects=["app.opened"])
    questions(2, "again")
    watched = [questions(count, f"w{count}-") for count in (2, 20)]
    assert [seen - before for seen, before in zip(watched, none, strict=True)] == [1, 1]
    review_rules.pause(rule, actor=SYSTEM)
    questions(2, "once more")
    assert questions(2, "paused") == none[0]


@pytest.mark.parametrize("verb", [reviews.accept, reviews.decline])
def test_nobody_decides_about_their_own_or_their_household(campaigns, bo, amara, verb):
    """E64: and nothing has changed; a reason is needed as well."""
    often(0)
    write(bo, "r1")
    households.open(bo, name="Home", actor=SYSTEM)
    households.join(amara, code=households.invite(bo, actor=SYSTEM).code, actor=SYSTEM)
    for user, code in ((bo.user, "no_review_for_oneself"), (amara.user, "not_for_household")):
        with pytest.raises(Refused) as refusal:
            verb(ReviewCase.objects.get(), reason="Fine", actor=Actor.user(user))
        assert refusal.value.code == code
    with pytest.raises(ReasonNeeded):
        verb(ReviewCase.objects.get(), reason=" ", actor=SYSTEM)
    assert ReviewCase.objects.get().state == "open"
    assert Activity.objects.get(external_id="r1").status == "parked"


def test_a_frozen_account_meanwhile(campaigns, points, bo, clerk):
    """E64: accepted, it counts once the account is unfrozen, and is not looked at again."""
    work()
    before = has(bo, points)
    often(0)
    write(bo, "r1")
    wallet = Balance.objects.get(account=ledger.wallet(bo, points))
    accounts.freeze(wallet.account_id, reason="Odd", actor=SYSTEM)
    reviews.accept(ReviewCase.objects.get(), reason="Fine", actor=clerk)
    assert has(bo, points) == before
    accounts.unfreeze(wallet.account_id, reason="Fine", actor=clerk)
    work()
    assert has(bo, points) == before + 10
    assert Activity.objects.get(external_id="r1").status == "accepted"


def test_a_merge_meanwhile(campaigns, points, bo, amara, clerk):
    """E64, E68: it counts for whoever the member has become, and neither of them decides."""
    work()
    often(0)
    write(bo, "r1")
    by = person("other@example.test", is_staff=True)
    merges.merge(bo, amara, reason="One", key="m", by=by, keeps="target")
    before = has(amara, points)
    with pytest.raises(Refused):
        reviews.accept(ReviewCase.objects.get(), reason="Fine", actor=Actor.user(amara.user))
    reviews.accept(ReviewCase.objects.get(), reason="Fine", actor=clerk)
    assert has(amara, points) == before + 10
    assert faults() == []


def test_a_rule_about_nothing_is_refused(units):
    """E64: it names what nobody knows, asks nothing, or asks it of no time."""
    known = {"name": "X", "side": "earn", "actor": SYSTEM}
    with pytest.raises(UnknownSubject):
        review_rules.define("x", subjects=["no.such"], most_times=1, window_hours=1, **known)
    for terms in ({}, {"most_times": 3}, {"most_units": 3, "window_hours": 1}, {"factor": "0.5"}):
        with pytest.raises(ValidationError):
            review_rules.define("x", **known, **terms)
    assert not ReviewRule.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_people_decide_at_once(campaigns, points, bo):
    """E64: one does, and it is paid once or not at all."""
    work()
    often(0)
    before = has(bo, points)
    write(bo, "r1")
    one, other = (Actor.user(person(f"c{n}@example.test", is_staff=True)) for n in range(2))
    said = together(
        lambda: reviews.accept(ReviewCase.objects.get(), reason="Fine", actor=one),
        lambda: reviews.decline(ReviewCase.objects.get(), reason="Bad", actor=other),
    )
    assert sorted(map(str, said)) == ["already_decided", "done"]
    accepted = ReviewCase.objects.get().state == "accepted"
    assert has(bo, points) == before + (10 if accepted else 0)
    assert Entry.objects.filter(reason__contains="review").count() == accepted


def test_the_next_step_of_a_container_lets_nothing_through(campaigns, points, bo):
    """E64: a confirmed refill that a person is looking at waits for them, whatever else is told of it."""
    often(most=1, subjects=["refill.confirmed"])
    answers = take(
        act("refill.confirmed", bo, id="c1", order_id="o1", serial="J1"),
        act("refill.confirmed", bo, id="c2", order_id="o2", serial="J2"),
    )
    assert statuses(answers) == ["accepted", "parked"]
    take(act("refill.ordered", bo, id="f2", order_id="o2", serial="J2"))
    work()
    case = ReviewCase.objects.get()
    assert (case.state, case.activity.status) == ("open", "parked")
    assert not hasattr(case.activity, "evaluation")


def test_the_order_of_a_doubtful_return_lets_nothing_through(campaigns, points, bo, clerk):
    """E64: a return that a person is looking at takes nothing back until they accept it."""
    often(most=1, subjects=["order.returned"])
    answers = take(
        order(bo, "5.00", id="o1"),
        act("order.returned", bo, id="r1", order_id="o1"),
        act("order.returned", bo, id="r2", order_id="o2"),
    )
    assert statuses(answers) == ["accepted", "accepted", "parked"]
    before = has(bo, points)
    take(order(bo, "5.00", id="o2"))
    assert has(bo, points) == before + 5
    reviews.accept(ReviewCase.objects.get(), reason="A known customer", actor=clerk)
    assert (has(bo, points), faults()) == (before, [])

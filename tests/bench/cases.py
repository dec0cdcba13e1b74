"""What is measured. Each case returns (ours, reference, unit); its docstring is `what | against`."""

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta

from django.core.cache import caches
from django.db import connection, transaction
from django.test import Client
from django.test.utils import override_settings

from loyalty.audiences.operations import belonging
from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.operations import backtests, campaigns, intake, standard
from loyalty.connectors.operations import keys
from members import clock
from members.domain.actors import Actor
from members.models import Account, Member, Unit
from members.operations import accounts, ledger, members, programme, users, yearly
from recognition.operations import leaderboards
from tests.bench import reference

ACTOR = Actor.system("bench")
CROWD = 100_000
SINGLES = 300
BATCH = 1_000


def prepare() -> None:
    """The programme with its standard campaigns, and a crowd whose birthday is today."""
    units = programme.install(actor=ACTOR)
    standard.install(actor=ACTOR)
    today = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(reference.CROWD, {"count": CROWD, "month": today.month, "day": today.day})
    accounts.open_for(Member.objects.values_list("pk", flat=True))
    board = leaderboards.define(
        "bench", name="Bench", unit=units["points"], window="month", actor=ACTOR
    )
    leaderboards.activate(board, actor=ACTOR)
    for number in range(20):
        members.enrol(f"single-{number}", actor=ACTOR)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def single() -> tuple[float, float, str]:
    """One order through the operation (two units, tier, trace) | one minimal SQL posting"""
    wallets = list(_wallets("single-"))

    def ours(number: int) -> None:
        intake.take([_order(f"single-{number % 20}", f"s{number}")], actor=ACTOR)

    def least(number: int) -> None:
        wallet, member = wallets[number % 20]
        with connection.cursor() as cursor:
            cursor.execute(
                reference.POST_ONE,
                _system() | {"id": f"b{number}", "wallet": wallet, "member": member},
            )

    return *_alternating(ours, least, SINGLES), "ms"


def batch() -> tuple[float, float, str]:
    """1,000 orders of 1,000 members in one batch | one set-based SQL batch of as many"""
    crowd = list(_wallets("crowd-")[: BATCH * 12])
    refs = dict(
        Member.objects.filter(ref__startswith="crowd-").values_list("pk", "ref")[: BATCH * 12]
    )

    def ours(number: int) -> None:
        part = crowd[number * BATCH : (number + 1) * BATCH]
        intake.take([_order(refs[m], f"m{number}-{m}") for _, m in part if m in refs], actor=ACTOR)

    def least(number: int) -> None:
        part = [wallet for wallet, _ in crowd[(number + 6) * BATCH : (number + 7) * BATCH]]
        with connection.cursor() as cursor:
            cursor.execute(reference.POST_MANY, _system() | {"id": f"bm{number}-", "wallets": part})

    return *_alternating(ours, least, 6), "ms"


def over_http() -> tuple[float, float, str]:
    """One order over HTTP (granian, key, JSON, one client) | the operation"""
    _, key = keys.create("bench", scopes=["activities:write"], actor=ACTOR)
    port = _free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1",
         "--port", str(port), "--workers", "1", "--no-access-log", "loyalty.wsgi:application"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ,
    )  # fmt: skip
    try:
        client = _connected(port)

        def ours(number: int) -> None:
            told = _order(f"single-{number % 20}", f"h{number}")
            body = {
                "specversion": "1.0", "id": told.external_id, "source": told.source,
                "type": told.kind, "subject": told.subject, "time": told.occurred_at.isoformat(),
                "data": dict(told.payload),
            }  # fmt: skip
            headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
            client.request("POST", "/api/v1/activities", json.dumps(body), headers)
            response = client.getresponse()
            answer = response.read()
            if response.status != 200:
                raise RuntimeError(f"{response.status}: {answer[:300]!r}")

        def operation(number: int) -> None:
            intake.take([_order(f"single-{number % 20}", f"o{number}")], actor=ACTOR)

        return *_alternating(ours, operation, SINGLES), "ms"
    finally:
        server.terminate()
        server.wait(10)


def birthday_sweep() -> tuple[float, float, str]:
    """100,000 birthdays found, decided and recorded | the bare SQL of the same"""
    now = clock.now()

    def ours() -> None:
        with transaction.atomic():
            yearly.birthdays(now - timedelta(hours=36), now - timedelta(hours=12))
            yearly.birthdays(now - timedelta(hours=12), now)

    def least() -> None:
        with connection.cursor() as cursor:
            cursor.execute(reference.BIRTHDAYS, {"mmdd": now.month * 100 + now.day})

    return _seconds(ours), _seconds(least), "s"


def expiry() -> tuple[float, float, str]:
    """100,000 lots expired, in chunks of 10,000 | the bare SQL of the same"""
    at = clock.now() - timedelta(days=1)
    system = _system()
    for turn in ("ours", "least"):
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")  # the cases before have changed what the planner knew
            cursor.execute(reference.LOTS, system | {"key": f"lot-{turn}:", "at": at})
            cursor.execute("VACUUM ANALYZE members_openlot, members_balance, members_entry")
        if turn == "ours":

            def ours() -> None:
                while ledger.expire_due(at=clock.now()):
                    pass

            product = _seconds(ours)

    def least() -> None:
        with connection.cursor() as cursor:
            cursor.execute(reference.EXPIRE, system | {"at": clock.now()})

    return product, _seconds(least), "s"


def leaderboard() -> tuple[float, float, str]:
    """A leaderboard page, rendered | its bare SQL"""
    leaderboards.refresh(at=clock.now())
    page = Client(SERVER_NAME="127.0.0.1")
    user = members_user()
    page.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    def ours(number: int) -> None:
        response = page.get("/leaderboards/bench/")
        if response.status_code != 200:
            raise RuntimeError(str(response.status_code))

    def least(number: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT s.member_id, s.points, m.pseudonym FROM recognition_standing s"
                " JOIN members_member m ON m.id = s.member_id WHERE m.is_ranked"
                " AND s.board_id = (SELECT id FROM recognition_leaderboard WHERE slug = 'bench')"
                " AND s.window_start = (SELECT max(window_start) FROM recognition_standing)"
                " ORDER BY s.points DESC, s.member_id LIMIT 50"
            )
            cursor.fetchall()

    return *_alternating(ours, least, 30), "ms"


def _home(ref: str, prepared: Callable[[], None]) -> tuple[float, float, str]:
    page = Client(SERVER_NAME="127.0.0.1")
    user = members_user(ref)
    page.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    intake.take([_order(ref, f"{ref}-{number}") for number in range(40)], actor=ACTOR)

    def asked(path: str) -> None:
        response = page.get(path)
        if response.status_code != 200:
            raise RuntimeError(f"{path}: {response.status_code}")

    def ours(number: int) -> None:
        prepared()
        asked("/")

    with override_settings(ROOT_URLCONF="tests.bench.empty"):
        return *_alternating(ours, lambda _: asked("/empty/"), 60), "ms"


def home() -> tuple[float, float, str]:
    """The home page of a member with 40 orders, asked for again | an empty view for the same person"""
    return _home("home", lambda: None)


def home_anew() -> tuple[float, float, str]:
    """The same page, made anew each time | an empty view for the same person"""
    return _home("anew", caches["pages"].clear)


def backtest() -> tuple[float, float, str]:
    """Trying a rule on 50,000 orders (one in five refills) | reading those rows and adding them up in SQL"""
    campaign = campaigns.draft("Tried", actor=ACTOR)
    refills = {"field": "order.categories", "op": "has", "value": "refill"}
    campaigns.write_rule(
        campaign,
        triggers=["order.placed"],
        conditions={"all": [refills, {"field": "member.tier", "op": "is", "value": "bronze"}]},
        effects=[{"kind": "earn", "unit": "points", "points": 2, "per": "1.00"}],
        limit={"units": 500, "per": "month"},
        actor=ACTOR,
    )
    now = clock.now()
    span = {"since": now - timedelta(days=60), "until": now - timedelta(days=1)}
    with connection.cursor() as cursor:
        cursor.execute(
            reference.REFILL_ORDERS, span | {"count": int(os.environ.get("TRIED", 50_000))}
        )
        cursor.execute("VACUUM ANALYZE members_activity")

    def ours(number: int) -> None:
        tried = backtests.start(campaign, actor=ACTOR, **span)
        for part in range(len(tried.bounds)):
            backtests.count_part(tried.pk, part)

    def least(number: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(reference.ADD_UP, span)
            cursor.fetchall()

    ours_took, least_took = _alternating(ours, least, 3)
    return ours_took / 1000, least_took / 1000, "s"


#: Regulars who are not the programme's best yet and have no tag that keeps them out.
REGULARS = {
    "all": [
        {
            "field": "history.count",
            "op": "at_least",
            "value": 2,
            "of": {"kind": "order.placed", "days": 90},
        },
        {"not": {"field": "member.tier", "op": "is", "value": "gold"}},
        {"field": "member.tags", "op": "has_none", "value": ["quiet"]},
        {"field": "attribute.size", "op": "is_unknown", "value": True},
        {"field": "member.days_since_joining", "op": "at_least", "value": 0},
    ]
}


def audience() -> tuple[float, float, str]:
    """The audience among 100,000 members with 1,000,000 orders: count and ten | the bare count of orders"""
    with connection.cursor() as cursor:
        cursor.execute(reference.ORDERS)
        cursor.execute("VACUUM ANALYZE members_activity")

    def least(number: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(reference.AUDIENCE)
            cursor.fetchall()

    return *_alternating(lambda number: belonging.audience(REGULARS), least, 10), "ms"


def two_hundred() -> tuple[float, float, str]:
    """One activity among 200 live campaigns, of which 5 apply | the same with those 5 alone"""
    for kind, many in (("wishlist.added", 200), ("content.viewed", 5)):
        for number in range(many):
            applies = {"field": "member.days_since_joining", "op": "at_least", "value": 0}
            other = {"field": "activity.kind", "op": "is", "value": "order.placed"}
            often = {"field": "history.orders", "op": "at_least", "value": 1}
            standard.publish(
                {
                    "slug": f"{kind.partition('.')[0]}-{number}",
                    "name": f"{kind} {number}",
                    "triggers": [kind],
                    "conditions": applies if number < 5 else {"all": [other, often]},
                    "effects": [{"kind": "earn", "unit": "points", "amount": 1}],
                    "limit": {"times": 10**6, "per": "day"},
                    "budget_units": 10**9,
                },
                actor=ACTOR,
            )

    def tell(kind: str, number: int) -> None:
        name = f"{kind}-{number}"
        told = Told("bench-many", name, kind, f"single-{number % 20}", clock.now(), {})
        intake.take([told], actor=ACTOR)

    return *_alternating(
        lambda number: tell("wishlist.added", number),
        lambda number: tell("content.viewed", number),
        SINGLES,
    ), "ms"


CASES: tuple[Callable[[], tuple[float, float, str]], ...] = (
    single,
    batch,
    over_http,
    birthday_sweep,
    expiry,
    leaderboard,
    home,
    home_anew,
    backtest,
    audience,
    two_hundred,
)


def members_user(ref: str = "bench-member"):
    """A member who can sign in."""
    user, _ = users.register(f"{ref}@example.test", password="x" * 20, actor=ACTOR)
    members.enrol(ref, user=user, actor=ACTOR)
    return user


def _order(ref: str, name: str) -> Told:
    line = {"line_id": "1", "sku": "soap", "quantity": 2, "unit_price": "14.99"}
    payload = {"order_id": name, "currency": "EUR", "lines": [line]}
    return Told("bench-ours", name, "order.placed", ref, clock.now(), payload)


def _wallets(prefix: str) -> list[tuple[int, int]]:
    return list(
        Account.objects.filter(
            member__ref__startswith=prefix, unit__code="points", kind=Account.Kind.WALLET
        )
        .order_by("member_id")
        .values_list("pk", "member_id")
    )


def _system() -> dict[str, object]:
    unit = Unit.objects.get(code="points")
    return {
        "unit": unit.pk,
        "issuance": accounts.programme_account(unit, Account.Kind.ISSUANCE).pk,
        "breakage": accounts.programme_account(unit, Account.Kind.BREAKAGE).pk,
    }


def _alternating(
    ours: Callable[[int], None], least: Callable[[int], None], rounds: int
) -> tuple[float, float]:
    """Median milliseconds of each, taken in turn so that a noisy machine is noisy for both."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds):
        for kept, act in zip(times, (ours, least), strict=True):
            kept.append(_seconds(lambda act=act, number=number: act(number)) * 1000)
    warm = max(rounds // 10, 1)
    return statistics.median(times[0][warm:]), statistics.median(times[1][warm:])


def _seconds(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _connected(port: int) -> http.client.HTTPConnection:
    """A kept-alive connection, once the server answers (20 s at most)."""
    for _ in range(200):
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            client.request("GET", "/healthz")
            client.getresponse().read()
            return client
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")

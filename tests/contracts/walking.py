"""Walking through the resolver, and saying in one word what somebody found behind a door."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from tests.contracts.world import World

LET_IN = {200, 201, 204, 302, 303, 400, 409, 410, 422}
DENIED = {"login", "home", "401", "403", "404", "405"}
#: These do something and then lead home, so "home" is no refusal there.
LEADING_HOME = {"join", "set_language", "account_login", "account_logout"}
LEADING_HOME |= {
    "celebrations",
    "first_run_reading",
    "first_run_dismissal",
    "first_run_return",
    "rewards:wish",
}
#: Pages that take a second to make and are the same for everybody.
COSTLY = {"openapi"}
#: Tables that may change whoever comes: sessions, what keys were used when, who failed to sign in.
NOT_COUNTED = ("django_session", "connectors_apikey", "axes_%")
_WRITTEN = """
SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables
WHERE NOT relname LIKE ANY(%s)
"""


@dataclass(frozen=True)
class Door:
    """A route: under which name the table knows it, and how to get there."""

    name: str
    pattern: str


def doors() -> Iterator[Door]:
    """Every route, however deep; those without a name are known by their pattern."""
    return _walk(get_resolver(), "", "")


def _walk(resolver: URLResolver, prefix: str, space: str) -> Iterator[Door]:
    for one in resolver.url_patterns:
        pattern = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            deeper = f"{space}{one.namespace}:" if one.namespace else space
            yield from _walk(one, pattern, deeper)
        else:
            yield Door(f"{space}{one.name}" if one.name else pattern, pattern)


def address(door: Door, world: World, where: Mapping[str, Any]) -> str:
    """The path; `@name` in `where` stands for a thing of the world."""
    if door.name == door.pattern:
        path = door.pattern.replace("<path:object_id>", "1").replace("(?P<url>.*)$", "x")
        return f"/{path}"
    filled = {
        key: _thing(world, value[1:]) if str(value).startswith("@") else value
        for key, value in where.items()
    }
    return reverse(door.name, kwargs=filled)


def _thing(world: World, name: str) -> Any:
    """A thing by its name in the world, or the key of the newest row of a model (`app.model`)."""
    if "." not in name:
        return world.things[name]
    found = apps.get_model(name)._default_manager.order_by("-pk").first()
    return found.pk if found else "0"


@contextmanager
def in_silence() -> Iterator[None]:
    """Without a log line for each of thousands of requests; writing them takes a sixth of the walk."""
    logging.disable(logging.ERROR)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


class Written:
    """How many rows this transaction has written, whatever became of them; asked once a knock."""

    def __init__(self) -> None:
        self.so_far = self._count()

    def since(self) -> int:
        """How many since the last look."""
        before, self.so_far = self.so_far, self._count()
        return self.so_far - before

    @staticmethod
    def _count() -> int:
        with connection.cursor() as cursor:
            cursor.execute(_WRITTEN, [list(NOT_COUNTED)])
            return int(cursor.fetchone()[0])


def knock(client: Client, method: str, path: str, written: Written) -> tuple[str, int]:
    """What is found, in a word, and how many rows were written. Everything is undone."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        if method == "GET":
            answer = client.get(path)
        elif path.startswith("/api/"):
            answer = client.post(path, "{}", content_type="application/json")
        else:
            answer = client.post(path)
        rows = written.since()
        transaction.set_rollback(True)
    client.cookies = cookies
    return found(answer), rows


def found(answer) -> str:
    """One word: let in, or how one was turned away."""
    if answer.status_code in (302, 303):
        target = answer["Location"]
        if target.startswith(("/account/login/", "/admin/login/")):
            return "login"
        if target == "/":
            return "home"
    return "in" if answer.status_code in LET_IN else str(answer.status_code)

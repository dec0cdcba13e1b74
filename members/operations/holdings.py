"""Where members are known by: every table that holds a member's or a sign-in's key, and what becomes of it.

Each app declares its own in `personal.py`, which is read when the programme starts. What is declared here is
what a member's export shows and what an erasure takes out; a test fails on a table that is not declared.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import quote_plus

from django.db.models import Model, Q, QuerySet

from members.models import Member, User

#: What is never shown: secrets, and what says nothing to anybody.
NEVER_SHOWN = frozenset({"password", "digest", "sealed", "body_hash", "session_key", "file"})

#: Free text is searched for words of at least so many letters: shorter ones are parts of others.
SHORTEST_WORD = 5


@dataclass(frozen=True)
class Person:
    """Whoever is exported or erased: their membership and those merged into it, and their sign-in."""

    member: Member
    members: tuple[Member, ...]
    user: User | None

    @property
    def words(self) -> frozenset[str]:
        """What names them and nobody else: references and addresses."""
        told = {each for one in self.members for each in (one.ref, one.email)}
        told |= {self.user.email} if self.user is not None else set()
        return frozenset(word for word in told if word)

    @property
    def quoted(self) -> frozenset[str]:
        """The same as they stand in JSON, with letters of other scripts spelled out and as they are: a
        short reference is no part of another word there."""
        return frozenset(
            json.dumps(word, ensure_ascii=spelled)
            for word in self.words
            for spelled in (True, False)
        )

    @property
    def asked(self) -> str:
        """A regular expression for them in the address of a list that was searched for one of them."""
        long = sorted(word for word in self.words if len(word) >= SHORTEST_WORD)
        words = "|".join(re.escape(quote_plus(word)) for word in long)
        return rf"[=+]({words})($|[^\w.%-])" if words else "$x"


@dataclass(frozen=True)
class Holding:
    """A table that holds rows of a member (`by` = lookups to `Member`) or of a sign-in (`by_user`).

    On erasure the rows go (`goes`), or these columns are emptied (`blank`), or nothing is done, for what
    is left says nothing of a person. `hides` are columns that the export leaves out.
    """

    model: type[Model]
    by: tuple[str, ...] = ()
    by_user: tuple[str, ...] = ()
    goes: bool = False
    blank: Mapping[str, Any] = field(default_factory=dict)
    hides: frozenset[str] = frozenset()

    def rows(self, person: Person) -> QuerySet[Model]:
        """The person's rows, oldest first."""
        ids = [each.pk for each in person.members]
        ways = [Q(**{f"{lookup}__in": ids}) for lookup in self.by]
        if person.user is not None:
            ways += [Q(**{lookup: person.user.pk}) for lookup in self.by_user]
        every = self.model._default_manager.all()
        return every.filter(reduce(or_, ways)).order_by("pk") if ways else every.none()


HOLDINGS: list[Holding] = []
#: (model, field) that holds such a key and is nobody's own story, with the reason.
EXCUSED: dict[tuple[type[Model], str], str] = {}
#: What else an app does before somebody is erased (it may refuse), and what it takes out besides rows.
BEFORE: list[Callable[[Person], None]] = []
ALSO: list[Callable[[Person], None]] = []
#: The database's functions that take words out of an app's append-only tables, given members who are
#: erased.
WORDS: list[str] = []
#: Why a sign-in outlives its membership, such as a seat at a desk.
KEEPS_SIGN_IN: list[Callable[[User], bool]] = []


def holds(model: type[Model], *by: str, **more: Any) -> None:
    """Declare a table with rows of members."""
    hides = frozenset(more.pop("hides", ()))
    HOLDINGS.append(Holding(model, by, hides=hides, **more))


def excuse(model: type[Model], *fields: str, why: str) -> None:
    """Declare that these columns are not part of anybody's own story."""
    EXCUSED.update({(model, name): why for name in fields})


def person_of(member: Member) -> Person:
    """The member with whoever was merged into them, and their sign-in."""
    member = member.heir
    merged = Member.objects.filter(merged_into=member).order_by("pk")
    return Person(member, (member, *merged), member.user)


def keeps_sign_in(user: User) -> bool:
    """Whether the sign-in serves more than the membership."""
    return user.is_staff or user.is_superuser or any(ask(user) for ask in KEEPS_SIGN_IN)

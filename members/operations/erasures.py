"""Erasing a person: they are gone from every table, and the books keep their sums.

`docs/algorithms/privacy.md` says what goes, what stays, and why the seals of history still hold.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q, Sum, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from psycopg import sql

from members import clock
from members.domain.actors import Actor
from members.domain.ledger import Line
from members.errors import Frozen
from members.models import (
    Account,
    AuditRow,
    Balance,
    Entry,
    Hold,
    Household,
    LotLife,
    Member,
    OpenLot,
    User,
)
from members.models.members import FORMER
from members.operations import (
    accounts,
    audit,
    holds,
    households,
    keys,
    ledger,
    references,
    seals,
)
from members.operations.holdings import (
    ALSO,
    BEFORE,
    HOLDINGS,
    SHORTEST_WORD,
    WORDS,
    Person,
    keeps_sign_in,
    person_of,
)

log = structlog.get_logger(__name__)

SYSTEM = Actor.system("erasure")


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What erasing would mean: points that end by unit, and whether the sign-in stays (for a desk)."""

    points: Sequence[tuple[str, int]]
    keeps_sign_in: bool


def foresee(member: Member) -> Foreseen:
    """What becomes of a member's points and sign-in, before anything is done."""
    person, now = person_of(member), clock.now()
    lots = OpenLot.objects.filter(
        account__member__in=person.members, account__kind=Account.Kind.WALLET, expires_at__gt=now
    )
    points = lots.values_list("account__unit__name").annotate(sum=Sum("remaining"))
    stays = person.user is not None and keeps_sign_in(person.user)
    return Foreseen(list(points.order_by("account__unit__name")), stays)


@transaction.atomic
def erase(member: Member, *, actor: Actor, reason: str = "") -> Member:
    """Take a person out of every table. Erasing again changes nothing.

    Their points end, what is held or set aside is let go, their household goes on without them. Raises
    Frozen while one of their accounts waits for somebody to look at it, or what an app's own part raises.
    """
    keys.lock({}, of=member.heir)
    person = person_of(Member.objects.select_for_update(of=("self",)).get(pk=member.pk))
    if person.member.erased_at is not None:
        return person.member
    now = clock.now()
    _end_points(person, at=now)
    stays = person.user is not None and keeps_sign_in(person.user)
    history = _history_of(person, with_sign_in=not stays)
    for also in ALSO:
        also(person)
    for holding in HOLDINGS:
        if holding.goes:
            holding.rows(person).delete()
        elif holding.blank:
            holding.model._default_manager.filter(
                pk__in=holding.rows(person).order_by().values("pk")
            ).update(**holding.blank)
    told = {one.email for one in (*person.members, person.user) if one is not None}
    references.remember_addresses(told, at=now)
    journal = [_empty(each, at=now) for each in person.members]
    if person.user is not None and not stays:
        _close(person.user)
    _take_out(person, history, at=now)
    who = Actor(actor.kind, actor.id, _("the member")) if _is_own(person, actor) else actor
    audit.record(person.member, actor=who, verb="members.member.erased", reason=reason)
    transaction.on_commit(lambda: _write_down(journal, at=now), robust=True)
    return Member.objects.get(pk=person.member.pk)


def _is_own(person: Person, actor: Actor) -> bool:
    return person.user is not None and actor.kind == "user" and actor.id == person.user.pk


def _end_points(person: Person, *, at: datetime) -> None:
    """Leave the household, let go what is held, and give up what is left."""
    if Balance.objects.filter(account__member__in=person.members, is_frozen=True).exists():
        raise Frozen()
    if Household.objects.of(person.member).exists():
        households.leave(person.member, actor=SYSTEM)
    for before in BEFORE:
        before(person)
    for hold in Hold.objects.filter(member__in=person.members, state=Hold.State.HELD):
        holds.release(hold, actor=SYSTEM)
    wallets = Account.objects.filter(member__in=person.members, kind=Account.Kind.WALLET)
    ledger.lock(*wallets.values_list("pk", flat=True))
    open_lots = OpenLot.objects.filter(account__in=wallets, expires_at__gt=at)
    left = open_lots.values_list("account_id", "account__unit_id").annotate(sum=Sum("remaining"))
    units = {wallet.unit_id: wallet.unit for wallet in wallets.select_related("unit")}
    lines = [
        Line(
            key=f"erasure:{account}",
            kind=Entry.Kind.ADJUSTMENT,
            unit=unit,
            debit=account,
            credit=accounts.programme_account(units[unit], Account.Kind.ADJUSTMENT).pk,
            amount=amount,
            occurred_at=at,
            cause_kind="erasure",
            cause_id=person.member.pk,
            reason="Erased",
            takes="fifo",
        )
        for account, unit, amount in left.order_by("account_id")
    ]
    ledger.post(lines, at=at)


def _history_of(person: Person, *, with_sign_in: bool) -> dict[str, list[int]]:
    """The rows of sealed history with words about the person, by chain."""
    own = Account.objects.filter(member__in=person.members)
    entries = Entry.objects.filter(Q(debit__in=own) | Q(credit__in=own)).exclude(reason="Erased")
    lots = Entry.objects.filter(credit__in=own).values("pk")
    told = Q(pk=None)
    if with_sign_in and person.user is not None:
        told |= Q(actor_kind="user", actor_id=person.user.pk)
    for holding in HOLDINGS:
        ids = [str(pk) for pk in holding.rows(person).values_list("pk", flat=True)]
        label = holding.model._meta.label_lower
        if ids and (holding.model is not User or with_sign_in):
            told |= Q(subject_type=label, subject_id__in=ids)
    closed = Household.objects.filter(seats__member__in=person.members, closed_at__isnull=False)
    ids = [str(pk) for pk in closed.values_list("pk", flat=True)]
    told |= Q(subject_type=Household._meta.label_lower, subject_id__in=ids)
    rows = AuditRow.objects.annotate(
        was=Cast("before", TextField()), now=Cast("after", TextField())
    )
    for word in person.quoted:
        told |= Q(was__contains=word) | Q(now__contains=word)
    told |= Q(now__iregex=person.asked)
    for word in person.words:
        if len(word) >= SHORTEST_WORD:
            told |= Q(reason__icontains=word)
    return {
        "entry": list(entries.values_list("pk", flat=True)),
        "lot_life": list(LotLife.objects.filter(lot__in=lots).values_list("pk", flat=True)),
        "audit": list(rows.filter(told).values_list("pk", flat=True)),
    }


def _empty(member: Member, *, at: datetime) -> str:
    """Nothing of the card is left but that there was one; answers the reference's hash."""
    digest = references.remember(member, at=at)
    Member.objects.filter(pk=member.pk).update(
        ref=f"erased-{secrets.token_hex(8)}",
        user=None,
        email="",
        given_name="",
        family_name="",
        pseudonym=FORMER,
        display_name="",
        shows_real_name=False,
        is_ranked=False,
        birth_month=None,
        birth_day=None,
        birthday_set_at=None,
        erased_at=at,
    )
    return digest


def _close(user: User) -> None:
    user.set_unusable_password()
    user.email, user.first_name, user.last_name = f"erased-{user.pk}@erased.invalid", "", ""
    user.is_active, user.last_login = False, None
    user.save()
    user.groups.clear()
    user.user_permissions.clear()


def _take_out(person: Person, history: dict[str, list[int]], *, at: datetime) -> None:
    """Write down what the seals speak of, then take the words out."""
    for chain in seals.CHAINS:
        rows = history.get(chain.name)
        if rows:
            seals.note_redactions(chain, rows, member_id=person.member.pk, at=at)
    with connection.cursor() as cursor:
        for function in WORDS:
            name, who = sql.Identifier(function), [each.pk for each in person.members]
            # As a text: what notes who changes what reads every statement.
            asked = sql.SQL("SELECT {}(%s)").format(name).as_string(cursor.connection)
            cursor.execute(asked, [who])


def journal() -> Path:
    """The file that remembers erasures outside the database, for the day a backup is put back."""
    return Path(settings.CHECKPOINTS).with_name("erasures.jsonl")


def _write_down(digests: Sequence[str], *, at: datetime) -> None:
    journal().parent.mkdir(parents=True, exist_ok=True)
    with journal().open("a") as file:
        for digest in digests:
            file.write(json.dumps({"digest": digest, "at": at.isoformat()}) + "\n")


def erase_again() -> int:
    """After a backup was put back: erase whoever had been erased since it was made. Returns how many.

    Whoever joined only after the erasure is somebody else: a number that was given twice, for the backup
    had forgotten the first. One who is refused keeps nobody else.
    """
    if not journal().exists():
        return 0
    lines = [json.loads(line) for line in journal().read_text().splitlines()]
    erased = {line["digest"]: datetime.fromisoformat(line["at"]) for line in lines}
    back = [
        member
        for member in Member.objects.filter(erased_at=None).iterator(2_000)
        for digest in references.digests_of(member.ref)
        if digest.hex() in erased and member.created_at <= erased[digest.hex()]
    ]
    return sum(_is_erased_again(member) for member in back)


def _is_erased_again(member: Member) -> bool:
    try:
        erase(member, actor=SYSTEM)
    except ValidationError as refusal:
        log.error("erasure_refused", member=member.pk, why=refusal.messages[0])
        return False
    return True

"""One member out of two memberships, and two again. `docs/algorithms/identity.md` says what moves.

This is the ground floor's part: points, debts, activities, keys, doors, the sign-in. Whoever merges from
above (`loyalty.campaigns.operations.merges`) adds theirs in the same transaction.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import Model, Q, QuerySet

from members import clock
from members.domain.actors import Actor
from members.domain.ledger import Line
from members.domain.sentences import kept
from members.errors import (
    ErasedMember,
    Frozen,
    MergedAlready,
    MergeTheOtherWay,
    NoMergeForOneself,
    NotMerged,
    NotToItself,
    PointsHeld,
    ReasonNeeded,
)
from members.models import (
    Access,
    Account,
    Activity,
    Balance,
    CustomerKey,
    Decision,
    Entry,
    Hold,
    Household,
    Member,
    MemberAttribute,
    MemberTag,
    Merge,
    OpenLot,
    TierPeriod,
    User,
)
from members.operations import (
    accounts,
    audit,
    corrections,
    decisions,
    households,
    ledger,
    purses,
    relations,
    signins,
)

Kind = Account.Kind

#: What goes over row by row, by the name of its table.
OWNED: dict[str, type[Model]] = {
    model._meta.label_lower: model for model in (Activity, CustomerKey, Access, Hold, MemberTag)
}

ATTRIBUTES = MemberAttribute._meta.label_lower


def check(source: Member, target: Member, *, by: User, reason: str) -> None:
    """Raises what stands between these two and being one: NotToItself, ErasedMember, MergedAlready,
    MergeTheOtherWay, NoMergeForOneself, NotForHousehold, ReasonNeeded, PointsHeld, Frozen."""
    if source.pk == target.pk:
        raise NotToItself()
    if not reason.strip():
        raise ReasonNeeded()
    relations.refuse_near(Actor.user(by), source, target, own=NoMergeForOneself)
    for member in (source, target):
        if member.erased_at is not None:
            raise ErasedMember(member=member.ref)
        if member.merged_into_id is not None:
            raise MergedAlready(member=member.ref)
    if Merge.objects.standing().filter(target=source).exists():
        raise MergeTheOtherWay(member=source.ref)
    if Hold.objects.filter(member=source, state=Hold.State.HELD).exists():
        raise PointsHeld(member=source.ref)
    if Balance.objects.filter(account__member__in=[source, target], is_frozen=True).exists():
        raise Frozen()


@transaction.atomic
def merge(
    source: Member, target: Member, *, reason: str, key: str, by: User, keeps: str = ""
) -> Merge:
    """Make `source` one with `target`; the same `key` again returns the first merge.

    `keeps` is whose sign-in stays, "source" or "target", where both have one. Points keep their lots'
    ends, debts their age; a household that the source sits in is left. Raises what `check` raises,
    TwoSignIns or StaffSignIn.
    """
    source, target = lock(source, target)
    known = Merge.objects.filter(key=key).first()
    if known is not None:
        return known
    check(source, target, by=by, reason=reason)
    now, actor = clock.now(), Actor.user(by)
    if Household.objects.of(source).exists():
        households.leave(source, actor=actor)
    made = Merge.objects.create(
        source=source,
        target=target,
        key=key,
        reason=reason.strip()[:300],
        merged_at=now,
        merged_by=actor.name[:150],
    )
    signed_in = signins.join(source, target, keeps=keeps, actor=actor)
    source.merged_into = target
    source.save(update_fields=["merged_into"])
    _move_points(made, source, target, at=now)
    for label, model in OWNED.items():
        take(made, label, model.objects.filter(member=source))  # type: ignore[attr-defined] # all have one
    _take_attributes(made)
    made.took["users"] = signed_in
    made.save(update_fields=["took"])
    TierPeriod.objects.filter(member=source).delete()
    _share_decisions(source, target)
    for member in (source, target):
        audit.record(
            member,
            actor=actor,
            verb="members.member.merged",
            before={"source": source.ref, "target": target.ref},
            after={"member": target.ref, "merge": made.pk},
            reason=reason,
        )
    return made


def _take_attributes(made: Merge) -> None:
    """What the target has no word of goes over; of what both have, the target's stays."""
    known = MemberAttribute.objects.filter(member=made.target_id).values("name")
    own = MemberAttribute.objects.filter(member=made.source_id)
    take(made, ATTRIBUTES, own.exclude(name__in=known))


def _share_decisions(source: Member, target: Member) -> None:
    """What was decided for one is decided for both: no second birthday this year."""
    by_kind: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    own = Decision.objects.filter(member=source)
    for kind, occurrence in own.values_list("kind", "occurrence"):
        by_kind[kind].append((target.pk, occurrence, "merged"))
    for kind, decided in by_kind.items():
        decisions.remember(kind, decided)


def check_undo(made: Merge, *, by: User, reason: str) -> None:
    """Raises what stands against it: NotMerged, NoMergeForOneself, NotForHousehold, ReasonNeeded."""
    if made.undone_at is not None:
        raise NotMerged()
    relations.refuse_near(Actor.user(by), made.source, made.target, own=NoMergeForOneself)
    if not reason.strip():
        raise ReasonNeeded()


@transaction.atomic
def undo(made: Merge, *, reason: str, by: User, also: Sequence[Entry] = ()) -> Merge:
    """Make two of one again: what has not been spent of the source's lots goes back into them, and so
    does everything that came over. What was earned or came back since stays with the target, but for
    the lots that `also` opened.

    Raises what `check_undo` raises.
    """
    source, target = lock(made.source, made.target)
    made = Merge.objects.select_for_update(of=("self",)).get(pk=made.pk)
    check_undo(made, by=by, reason=reason)
    now, actor = clock.now(), Actor.user(by)
    for label, model in OWNED.items():
        give_back(made, label, model.objects.all())  # type: ignore[attr-defined] # all models have them
    give_back(made, ATTRIBUTES, MemberAttribute.objects.all())
    source.merged_into = None
    source.save(update_fields=["merged_into"])
    signins.part(source, target, before=made.took["users"], actor=actor)
    _return_points(made, source, also, at=now)
    made.undone_at, made.undone_by = now, actor.name[:150]
    made.save(update_fields=["undone_at", "undone_by"])
    for member in (source, target):
        audit.record(
            member,
            actor=actor,
            verb="members.member.unmerged",
            before={"member": target.ref, "merge": made.pk},
            after={"source": source.ref, "target": target.ref},
            reason=reason,
        )
    return made


def lock(source: Member, target: Member) -> tuple[Member, Member]:
    """Lock the keys, the household that the source sits in, and then every account of all, in order;
    the two as they are now."""
    both = [source.pk, target.pk]
    lock_keys(source, target)
    homes = [purses.lock(household).pk for household in Household.objects.of(source)]
    owned = Account.objects.filter(member=source).values_list("unit_id", "kind")
    for unit_id, kind in list(owned):
        accounts.open_for([target.pk], kinds=[kind], units=[unit_id])
    concerned = Account.objects.filter(Q(member__in=both) | Q(household__in=homes))
    ledger.lock(*concerned.values_list("pk", flat=True))
    people = Member.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    rows = people.in_bulk(both)
    return rows[source.pk], rows.get(target.pk, rows[source.pk])


def lock_keys(source: Member, target: Member) -> None:
    """Lock the customer keys of both; they come before budgets and accounts."""
    own = CustomerKey.objects.filter(member__in=[source.pk, target.pk])
    list(own.select_for_update().order_by("pk"))


def take(made: Merge, label: str, rows: QuerySet) -> list[int]:
    """Have these rows of the source's be the target's, and remember which."""
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    if ids:
        rows.model._default_manager.filter(pk__in=ids).update(member=made.target_id)
        made.took[label] = ids
    return ids


def give_back(made: Merge, label: str, rows: QuerySet) -> int:
    """Have those of `rows` be the source's again that `take` took; what is another's by now stays."""
    taken = rows.filter(pk__in=made.took.get(label, ()), member=made.target_id)
    return taken.update(member=made.source_id)


def move_activities(made: Merge, ids: Sequence[int]) -> int:
    """Have these activities of the target's, which came over since, be the source's. While both are one."""
    own = Activity.objects.filter(pk__in=ids, member=made.target_id)
    return own.update(member=made.source_id)


def keep_activities(made: Merge, ids: Collection[int]) -> None:
    """Have these activities, which came over, stay the target's when the merge is undone."""
    took = made.took[Activity._meta.label_lower]
    took[:] = [pk for pk in took if pk not in ids]
    made.save(update_fields=["took"])


def _move_points(made: Merge, source: Member, target: Member, *, at: datetime) -> None:
    """Debts first, so that what comes after repays them."""
    owed = list(_debt_lines(made, source, target, at=at))
    posted = ledger.post(owed, at=at) if owed else []
    lots = OpenLot.objects.filter(account__member=source, expires_at__gt=at).select_related(
        "account__unit", "entry"
    )
    lines = [
        _lot_line(made, lot, target)
        for lot in lots.order_by("account_id", "expires_at", "earned_at", "entry_id")
    ]
    if lines:
        ledger.post(lines, at=at)
    _repay(owed, [result.entry_id for result in posted], target, at=at)


def _lot_line(made: Merge, lot: OpenLot, to: Member) -> Line:
    """What is left of one lot goes over: with its end, and its place in the order of spending."""
    other = made.target if to.pk == made.source_id else made.source
    return Line(
        key=f"merge:{made.pk}:{lot.entry_id}",
        kind=Entry.Kind.TRANSFER,
        unit=lot.account.unit_id,
        debit=lot.account_id,
        credit=ledger.wallet(to, lot.account.unit, lot.account.kind).pk,
        amount=lot.remaining,
        occurred_at=lot.earned_at,
        cause_kind="merge",
        cause_id=made.pk,
        reason=kept("From the membership %(ref)s: %(reason)s")
        % {"ref": other.ref, "reason": lot.entry.reason},
        parent=lot.entry_id,
        active_from=lot.entry.active_from,
        expires_at=lot.expires_at,
        takes="lot",
        lot=lot.entry_id,
    )


def _debt_lines(made: Merge, source: Member, target: Member, *, at: datetime) -> Iterable[Line]:
    """What is owed goes over claim by claim, so that each keeps its age: repayments have paid the
    oldest, so what is left is the newest claims."""
    debts = Balance.objects.filter(account__member=source, account__kind=Kind.DEBT, amount__lt=0)
    for balance in debts.select_related("account__unit").order_by("pk"):
        left = -balance.amount
        claims = Entry.objects.filter(debit=balance.account_id, debit_seq__isnull=False)
        for claim in claims.order_by("-debit_seq"):
            part = min(claim.amount, left)
            if not part:
                break
            left -= part
            yield Line(
                key=f"merge:{made.pk}:debt:{claim.pk}",
                kind=Entry.Kind.TRANSFER,
                unit=balance.account.unit_id,
                debit=ledger.wallet(target, balance.account.unit, Kind.DEBT).pk,
                credit=balance.account_id,
                amount=part,
                occurred_at=claim.occurred_at,
                cause_kind="merge",
                cause_id=made.pk,
                reason=kept("Owed by the membership %(ref)s") % {"ref": source.ref},
                parent=claim.pk,
            )


def _repay(lines: Sequence[Line], entries: Sequence[int], member: Member, *, at: datetime) -> None:
    """Who has points repays at once what came over as a debt."""
    for line, entry_id in zip(lines, entries, strict=True):
        unit_wallet = Account.objects.get(member=member, unit_id=line.unit, kind=Kind.WALLET)
        ledger.repay(unit_wallet.pk, line=line, entry_id=entry_id, at=at)


def _return_points(made: Merge, source: Member, also: Sequence[Entry], *, at: datetime) -> None:
    """The lots that came over go back as far as they were not spent, and so do the debts."""
    over = Entry.objects.filter(
        cause_kind="merge", cause_id=made.pk, kind=Entry.Kind.TRANSFER
    ).select_related("debit__unit", "debit__member")
    live = OpenLot.objects.filter(expires_at__gt=at)
    left = dict(live.filter(entry__in=over).values_list("entry_id", "remaining"))
    back = [
        line
        for entry in over.order_by("pk")
        if entry.pk in left
        for line in _back(made, entry, left[entry.pk], at=at)
    ]
    further = live.filter(entry__in=also).select_related("account__unit", "entry")
    back += [_lot_line(made, lot, source) for lot in further.order_by("entry_id")]
    if back:
        ledger.post(back, at=at)
    owed = list(_debts_back(made, [entry for entry in over if entry.expires_at is None]))
    posted = ledger.post(owed, at=at) if owed else []
    _repay(owed, [result.entry_id for result in posted], source, at=at)


def _back(made: Merge, entry: Entry, amount: int, *, at: datetime) -> Iterable[Line]:
    """What is left of one lot goes back into the lot it came from, with what staff have added to it
    while it was pending."""
    lot = Entry.objects.filter(children=entry).with_ends().get()
    own = min(amount, entry.amount)
    line = Line(
        key=f"merge:{made.pk}:back:{entry.pk}",
        kind=Entry.Kind.REVERSAL,
        unit=entry.unit_id,
        debit=entry.credit_id,
        amount=own,
        occurred_at=at,
        cause_kind="merge",
        cause_id=made.pk,
        reason=kept("Back to the membership %(ref)s") % {"ref": made.source.ref},
        parent=lot.pk,
        reverses=entry.pk,
        takes="lot",
        lot=entry.pk,
        **corrections.homecoming(lot, entry.debit, at=at),
    )
    yield line
    if amount > own:
        # No entry is reversed by more than it was.
        yield replace(
            line,
            key=f"{line.key}:raised",
            kind=Entry.Kind.TRANSFER,
            amount=amount - own,
            reverses=None,
        )


def _debts_back(made: Merge, over: Sequence[Entry]) -> Iterable[Line]:
    """As much of the debt as the target still owes, the newest claims first."""
    owed = {
        balance.account_id: -balance.amount
        for balance in Balance.objects.filter(account__in={entry.debit_id for entry in over})
    }
    for entry in sorted(over, key=lambda entry: entry.occurred_at, reverse=True):
        part = min(entry.amount, owed[entry.debit_id])
        if not part:
            continue
        owed[entry.debit_id] -= part
        yield Line(
            key=f"merge:{made.pk}:back:{entry.pk}",
            kind=Entry.Kind.REVERSAL,
            unit=entry.unit_id,
            debit=entry.credit_id,
            credit=entry.debit_id,
            amount=part,
            occurred_at=entry.occurred_at,
            cause_kind="merge",
            cause_id=made.pk,
            reason=kept("Back to the membership %(ref)s") % {"ref": made.source.ref},
            reverses=entry.pk,
        )

"""One wave of activities: asked, posted, explained.

Within a wave no activity needs to see what another one posted; `cut` sees to that.
"""

from dataclasses import dataclass, field
from datetime import datetime

from loyalty.campaigns.domain.evaluate import LONGEST_CHAIN, evaluate, stopped
from loyalty.campaigns.domain.given import Given
from loyalty.campaigns.domain.orders import read_order
from loyalty.campaigns.domain.refills import STEPS
from loyalty.campaigns.models import Effect, Waiting
from loyalty.campaigns.operations import (
    budgets,
    exposures,
    homecoming,
    marks,
    pending,
    people,
    storing,
    supply,
)
from loyalty.campaigns.operations.giving import Giving, cause_of, midnight_after
from loyalty.campaigns.operations.items import Item
from loyalty.campaigns.operations.people import Company
from loyalty.campaigns.operations.rates import Rates
from loyalty.campaigns.operations.rulebook import Rulebook
from loyalty.campaigns.operations.schemas import ORDERS
from loyalty.campaigns.operations.storing import NewEffect
from loyalty.rewards.operations import fund_moves
from loyalty.rewards.operations.fund_moves import Back, Grant
from members.domain.actors import Actor
from members.domain.ledger import Line, Posted
from members.domain.sentences import kept
from members.models import NEVER, Account, Entry, Unit
from members.operations import ledger, lots
from members.operations.lots import Extension

Kind = Account.Kind


@dataclass(slots=True)
class Wave:
    """What a wave is going to write."""

    book: Rulebook
    company: Company
    actor: Actor
    at: datetime
    items: list[Item]
    lines: list[Line] = field(default_factory=list)
    effects: list[NewEffect] = field(default_factory=list)
    waits: list[tuple[NewEffect, Waiting]] = field(default_factory=list)
    settled: set[int] = field(default_factory=set)
    posting: dict[int, NewEffect] = field(default_factory=dict)
    extensions: list[Extension] = field(default_factory=list)
    funded: dict[int, int] = field(default_factory=dict)
    rates: Rates = field(init=False)
    giving: Giving = field(init=False)

    def __post_init__(self) -> None:
        self.giving = Giving(self.actor, self.at, self.company.rewards)
        self.rates = Rates(item.told for item in self.items)

    def run(self) -> None:
        """Take back what came back, settle what waited, ask the rules, post, and write the
        explanations. A return may cancel what waits: then it cancels what is left of it."""
        homecoming.take_back(self)
        self._settle()
        for item in self.items:
            self._ask(item)
        self._post()
        homecoming.catch_up(self)
        if self.waits:
            self._settle_told()
        if self.settled or "tier" in self.giving.things:
            people.stand_again([item.person for item in self.items])

    # -- asking ---------------------------------------------------------------------------------

    def _ask(self, item: Item) -> None:
        told, person = item.told, item.person
        order = None
        if told.kind in ORDERS:
            item.rate = self.rates.of(told)
            order = read_order(told.payload, item.rate)
        item.outcome = (
            stopped(item.asked)
            if told.chain > LONGEST_CHAIN
            else evaluate(
                item.asked,
                facts=people.facts_of(told, person, order, self.company),
                order=order,
                at=told.occurred_at,
                day=person.day(told.occurred_at),
                uses=person.uses,
                member_id=person.member.pk,
                belongs=person.belongs,
            )
        )
        if STEPS.get(told.kind) == "refilled":
            person.refilled[str(told.payload.get("serial", ""))] += 1
        for given in item.outcome.given:
            self._give(item, given)

    def _give(self, item: Item, given: Given) -> None:
        effect = self._effect(item, given)
        if given.kind == "points":
            self._accrue(item, given, effect)
        elif given.kind == "deduction":
            self._deduct(item, given, effect)
        elif given.kind == "extension" and given.until is not None:
            self._extend(
                item, self.book.units[given.unit], midnight_after(given.until, item), given.why
            )
        else:
            self.giving.add(item, given, effect)

    def _effect(self, item: Item, given: Given) -> NewEffect:
        effect = NewEffect(
            activity_id=item.activity_id,
            rule_version=self.book.numbers[given.rule.version_id],
            place=given.place,
            kind=given.kind,
            unit_code=given.unit,
            amount=given.amount,
            state=Effect.State.PENDING if given.wait else Effect.State.ACTIVE,
            why=given.why[:300],
        )
        self.effects.append(effect)
        item.effects.append(effect)
        return effect

    def _extend(self, item: Item, unit: Unit, until: datetime, why: str) -> None:
        self.extensions.append(
            Extension(
                account=item.person.accounts[unit.pk, Kind.WALLET],
                alive_at=item.told.occurred_at,
                until=until,
                cause=("activity", item.activity_id),
                reason=why,
            )
        )

    def _keep_alive(self) -> None:
        """Acts that count as activity let points of inactivity units live on."""
        for unit in self.book.units.values():
            if unit.expiry != Unit.Expiry.INACTIVITY:
                continue
            for item in self.items:
                if item.told.kind in unit.active_kinds:
                    until = ledger.lot_end(unit, item.told.occurred_at, item.person.member)
                    self._extend(
                        item,
                        unit,
                        until,
                        kept("%(unit)s: kept alive by what you did") % {"unit": unit.name},
                    )

    def _accrue(self, item: Item, given: Given, effect: NewEffect) -> None:
        unit = self.book.units[given.unit]
        told, person = item.told, item.person
        at, ends = told.occurred_at, NEVER
        if not given.wait:
            alive_since = person.alive_since(unit, told)
            ends = ledger.lot_end(unit, alive_since, person.member, told_at=item.told_at)
        self.posting[len(self.lines)] = effect
        if given.rule.fund is not None:
            self.funded[len(self.lines)] = given.rule.fund
        self.lines.append(
            Line(
                key=cause_of(item.activity_id, given.rule.version_id, given.place),
                kind=Entry.Kind.ACCRUAL,
                unit=unit.pk,
                debit=self.book.accounts[unit.pk, Kind.ISSUANCE],
                credit=person.accounts[unit.pk, Kind.PENDING if given.wait else Kind.WALLET],
                amount=given.amount or 0,
                occurred_at=at,
                cause_kind="activity",
                cause_id=item.activity_id,
                reason=given.why,
                rule_version=given.rule.version_id,
                active_from=None if given.wait else at,
                expires_at=ends,
            )
        )
        if given.wait:
            self.waits.append((effect, pending.waiting(given, told, person)))
        else:
            person.earned(unit.pk, at, given.amount or 0)
            supply.add(person, unit, given.amount or 0, ends=ends, at=self.at)

    def _deduct(self, item: Item, given: Given, effect: NewEffect) -> None:
        unit = self.book.units[given.unit]
        effect.amount = -(given.amount or 0)
        self.posting[len(self.lines)] = effect
        self.lines.append(
            Line(
                key=cause_of(item.activity_id, given.rule.version_id, given.place),
                kind=Entry.Kind.ADJUSTMENT,
                unit=unit.pk,
                debit=item.person.accounts[unit.pk, Kind.WALLET],
                credit=self.book.accounts[unit.pk, Kind.ADJUSTMENT],
                amount=given.amount or 0,
                occurred_at=item.told.occurred_at,
                cause_kind="activity",
                cause_id=item.activity_id,
                reason=given.why,
                rule_version=given.rule.version_id,
                takes="fifo",
            )
        )

    # -- settling -------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Activate or cancel the pending accruals that these activities speak of."""
        speaking = [
            item
            for item in self.items
            if item.told.kind in self.book.settling or item.settles_at is not None
        ]
        if not speaking:
            return
        waiting = Waiting.objects.filter(
            member__in={item.person.member.pk for item in speaking},
            key__in={item.told.order_id for item in speaking},
        ).with_promise()
        left, shops = pending.still_pending(waiting), pending.elsewhere(speaking, waiting)
        backs = []
        for item in speaking:
            for wait in waiting:
                if wait.pk not in self.settled and pending.speaks_of(item, wait, shops):
                    self.settled.add(wait.pk)
                    confirmed = pending.confirms(item, wait)
                    at = item.settles_at if confirmed else None
                    # Nothing is left of it when staff have cancelled it meanwhile.
                    if wait.pk in left:
                        self._resolve(item, wait, confirmed=confirmed, amount=left[wait.pk], at=at)
                        if not confirmed:
                            backs += self._free(item, wait.effect, left[wait.pk])
        self.give_back(backs)

    def _settle_told(self) -> None:
        """Settle what was promised just now by what was told before it."""
        items = {item.activity_id: item for item in self.items}
        waits = [(items[effect.activity_id], wait) for effect, wait in self.waits]
        pending.look_again(waits, at=self.at)
        told = pending.told_before(waits)
        if not told:
            return
        late = Wave(self.book, self.company, self.actor, self.at, [])
        backs = []
        for wait in Waiting.objects.filter(pk__in=told).with_promise():
            item, by, amount = (
                items[wait.effect.activity_id],
                told[wait.pk],
                wait.effect.amount or 0,
            )
            confirmed = by.kind == wait.confirmed_by
            late.settled.add(wait.pk)
            late._resolve(item, wait, confirmed=confirmed, amount=amount, at=by.occurred_at)
            if not confirmed:
                backs += late._free(item, wait.effect, amount)
        late.give_back(backs)
        late._post()
        self.settled |= late.settled

    def _resolve(
        self,
        item: Item,
        wait: Waiting,
        *,
        confirmed: bool,
        amount: int,
        at: datetime | None = None,
    ) -> None:
        promised = wait.effect
        effect = NewEffect(
            activity_id=item.activity_id,
            rule_version=promised.rule_version,
            place=len(item.effects),
            kind="activation" if confirmed else "cancellation",
            unit_code=promised.unit_code,
            amount=amount,
            state=Effect.State.ACTIVE if confirmed else Effect.State.CANCELLED,
            why=(
                kept("%(campaign)s: confirmed, the points are yours")
                if confirmed
                else kept("%(campaign)s: not accepted, nothing is paid")
            )
            % {"campaign": promised.rule_version.campaign.name},
        )
        self.effects.append(effect)
        item.effects.append(effect)
        self.posting[len(self.lines)] = effect
        self.lines += pending.resolution(
            self.book,
            item.person.member,
            item.person.accounts,
            promised,
            confirmed=confirmed,
            amount=amount,
            at=max(at or item.told.occurred_at, promised.activity.occurred_at),
            cause=("activity", item.activity_id),
            reason=effect.why,
            told_at=item.told_at,
        )

    def _free(self, item: Item, promised: Effect, amount: int) -> list[Back]:
        """Let the limit and the budget have back what is not paid after all; answers what goes back to
        a fund. What staff had added came from none of them."""
        amount = min(amount, promised.amount or 0)
        campaign = promised.rule_version.campaign
        rule, told = self.book.rule(promised.rule_version), promised.activity.evaluation
        times = int(promised.place == rule.first_of_points)
        item.person.unuse(rule, promised.activity.occurred_at, times=times, units=amount)
        counted = budgets.counted_in(rule, told)
        self.company.budgets.free(rule, promised.unit_code, amount, counted)
        if campaign.funded_by_id is None or promised.entry_id is None:
            return []
        key, cause = f"cancelled:{promised.entry_id}", ("activity", item.activity_id)
        return [Back(campaign.funded_by_id, amount, promised.entry_id, key, cause)]

    def give_back(self, backs: list[Back]) -> None:
        """Let funds have back what they paid for; what follows sees it."""
        if backs:
            fund_moves.give_back(list(self.company.funds.values()), backs, at=self.at)
            self.company.fill_purses(self.at)

    # -- writing --------------------------------------------------------------------------------

    def _post(self) -> None:
        self._keep_alive()
        posted = ledger.post(self.lines, at=self.at)
        # One by one and in order of occurrence, so that a batch leaves the rows that singles leave.
        for extension in self.extensions:
            lots.extend([extension], at=self.at)
        for place, effect in self.posting.items():
            effect.entry_id = posted[place].entry_id
        self._draw(posted)
        marks.tell(self.book.marks, self.lines, posted, actor=self.actor)
        self.giving.give()
        ids = storing.save_effects(self.effects)
        for effect, wait in self.waits:
            wait.effect_id = ids[effect.key]
        if self.waits:
            Waiting.objects.bulk_create([wait for _, wait in self.waits])
        if self.settled:
            Waiting.objects.filter(pk__in=self.settled).delete()
        evaluations: list[dict[str, object]] = [
            {
                "activity_id": item.activity_id,
                "trace": [*item.notes, *(trace.compact() for trace in item.outcome.traces)],
                "ruled_out": [rule.version_id for rule in item.ruled_out],
                "rate": str(item.rate.factor) if item.rate else None,
            }
            for item in self.items
            if item.outcome is not None
        ]
        storing.save_evaluations(evaluations, at=self.at)
        exposures.save(self.items, at=self.at)

    def _draw(self, posted: list[Posted]) -> None:
        """Let the funds pay for what their campaigns gave."""
        grants = [
            Grant(
                fund_id,
                self.lines[place].amount,
                posted[place].entry_id,
                ("activity", self.lines[place].cause_id),
            )
            for place, fund_id in self.funded.items()
        ]
        if grants:
            fund_moves.grant(list(self.company.funds.values()), grants, at=self.at)

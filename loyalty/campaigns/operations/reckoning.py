"""What one return takes back of what its sale brought: the rules are asked again about what is left."""

from dataclasses import dataclass, field
from fractions import Fraction

from loyalty.campaigns.domain import returns
from loyalty.campaigns.domain.returns import Paid
from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.models import Campaign, Effect
from loyalty.campaigns.operations import budgets
from loyalty.campaigns.operations.people import Company, Person
from loyalty.campaigns.operations.refunds import Refund
from loyalty.campaigns.operations.returns import due_after, facts_left, still_due
from loyalty.campaigns.operations.rulebook import Rulebook
from loyalty.campaigns.operations.sales import Sale
from loyalty.campaigns.operations.storing import NewEffect, reversal
from loyalty.rewards.operations.fund_moves import Back
from members.domain.sentences import kept
from members.operations.clawbacks import Ask, Taken


@dataclass(slots=True)
class Reckoning:
    """What one return takes back of what its sale brought: asked first, `settle`d when it was taken.

    `is_counted`: the sale knows of the return already; what it brings has only become known now.
    """

    book: Rulebook
    company: Company
    activity_id: int
    told: Told
    person: Person
    sale: Sale
    is_counted: bool = False
    share: Fraction = Fraction(0)
    due: dict[tuple[int, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.is_counted:
            self.due = still_due(self.sale, self.book)
        else:
            self.due = due_after(self.sale, self.told.payload, self.book)
        left = returns.left_of(self.sale.order, self.sale.returned)
        self.share = returns.share_returned(self.sale.order, left)

    @property
    def cause(self) -> tuple[str, int]:
        """Why entries are written."""
        return "activity", self.activity_id

    def refund(self) -> Refund:
        """What is given back of what paid for the order."""
        key = f"a{self.activity_id}:paid"
        shop = self.sale.activity.source
        return Refund(
            self.person.member,
            self.told.order_id,
            shop,
            self.share,
            key,
            self.cause,
            is_only=self.sale.is_only,
        )

    def asked(self) -> list[tuple[Effect, Ask]]:
        """What is taken back of each effect that is to lose something."""
        found = []
        for effect in (*self.sale.effects, *self.sale.later):
            if not self._speaks_of(effect):
                continue
            before = self.sale.asked.get(effect.pk, 0)
            amount = (effect.amount or 0) - self._keeps(effect) - before
            if amount > 0:
                found.append((effect, self._ask(effect, amount, before)))
        return found

    def _speaks_of(self, effect: Effect) -> bool:
        """What another act about the order promised ends only by a return of the kind that it names, and of
        later."""
        kind = self.sale.ended_by.get(effect.pk)
        return kind is None or (
            kind == self.told.kind and self.told.occurred_at >= effect.activity.occurred_at
        )

    def _keeps(self, effect: Effect) -> int:
        if effect.pk in self.sale.ended_by:
            return 0
        if effect.activity_id not in self.sale.sent:
            return self.due.get((effect.rule_version_id, effect.place), 0)
        # That something went out is true as long as anything of it is not back.
        by_share = effect.rule_version.campaign.returns == Campaign.Returns.SHARE
        return returns.kept_by_share(
            effect.amount or 0, self.share if by_share else Fraction(int(self.share))
        )

    def lost_things(self) -> list[Effect]:
        """What the rules gave besides points and would not give for the basket that is left."""
        fresh = [effect for effect in self.sale.things if effect.pk not in self.sale.asked]
        if not fresh:
            return []
        left = returns.left_of(self.sale.order, self.sale.returned)
        held, facts = self.sale.held, facts_left(self.sale, left)
        kept = {
            version.pk
            for version in {effect.rule_version for effect in fresh}
            if returns.still_holds(
                Paid(self.book.rule(version), held.get(version.pk, ()), {}),
                left,
                facts,
                by_share=version.campaign.returns == Campaign.Returns.SHARE,
            )
        }
        return [
            effect
            for effect in fresh
            if (
                not left.lines
                if effect.activity_id in self.sale.sent
                else effect.rule_version_id not in kept
            )
        ]

    def _ask(self, effect: Effect, amount: int, before: int) -> Ask:
        assert effect.entry is not None  # points have an entry
        why = kept(
            "%(campaign)s: order %(order)s came back, %(part)s of %(whole)s points with it"
        ) % {
            "campaign": effect.rule_version.campaign.name,
            "order": self.told.order_id,
            "part": amount,
            "whole": effect.amount,
        }
        return Ask(
            effect.entry,
            key=f"a{self.activity_id}:back:{effect.pk}",
            reason=why[:300],
            amount=amount,
            asked_before=before,
            cause=self.cause,
            is_last=not self._keeps(effect),
        )

    def settle(self, effect: Effect, ask: Ask, taken: Taken) -> NewEffect:
        """Free what was taken back; answers the effect that says so, not yet written."""
        amount = ask.amount or 0
        self._free(effect, amount, gone=ask.is_last)
        entry_id = taken.entries[0].pk if taken.entries else None
        return reversal(
            effect, by=self.activity_id, why=ask.reason, amount=amount, entry_id=entry_id
        )

    def back(self, effect: Effect, ask: Ask) -> Back | None:
        """What goes back to the fund that paid, if one did."""
        fund_id = effect.rule_version.campaign.funded_by_id
        if fund_id is None or effect.entry_id is None:
            return None
        key = f"returned:a{self.activity_id}:{effect.pk}"
        return Back(fund_id, ask.amount or 0, effect.entry_id, key, self.cause)

    def _free(self, effect: Effect, ask: int, *, gone: bool) -> None:
        """Give back to the limit of the window the sale fell into, and to the budget."""
        rule = self.book.rule(effect.rule_version)
        act = self.sale.act_of(effect)
        first = effect.place == min(
            other.place
            for other in (*self.sale.effects, *self.sale.later)
            if (other.rule_version_id, other.activity_id) == (effect.rule_version_id, act.pk)
        )
        self.person.unuse(rule, act.occurred_at, times=int(gone and first), units=ask)
        counted = budgets.counted_in(rule, act.evaluation)
        self.company.budgets.free(rule, effect.unit_code, ask, counted)

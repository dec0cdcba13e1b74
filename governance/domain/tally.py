"""Counting a case: quorum, votes and the weighted mean. Pure arithmetic, exact fractions.

Quorum counts who may vote: with n eligible judges who are not recused, `max(n // 2 + 1, 3)` ballots
must be there. An abstention is a ballot (it counts to the quorum) but not a vote (it does not count to the
majority). More yes than no approves; a tie rejects, because a change needs a majority.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from governance.domain.rubric import WHOLE, Criterion

#: No panel is smaller than this, whatever its majority.
SMALLEST_QUORUM = 3

#: A ballot that answers less than this share of the weights says nothing about the whole.
LEAST_ANSWERED = Fraction(60, 100)


class Vote(StrEnum):
    """What a judge says to the case as a whole."""

    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"


class Outcome(StrEnum):
    """What a case came to."""

    APPROVED = "approved"
    REJECTED = "rejected"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Paper:
    """A ballot as it is counted. `scores` holds None where a criterion does not apply."""

    vote: Vote
    scores: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Tally:
    """The count of a case. `mean` and `by_criterion` are means on the scale, None without scores."""

    eligible: int
    needed: int
    yes: int
    no: int
    abstained: int
    mean: Fraction | None
    by_criterion: Mapping[str, Fraction | None]

    @property
    def present(self) -> int:
        """How many ballots count."""
        return self.yes + self.no + self.abstained

    @property
    def has_quorum(self) -> bool:
        """Whether enough judges took part for a decision."""
        return self.present >= self.needed

    @property
    def outcome(self) -> Outcome:
        """What the count says; void below quorum."""
        if not self.has_quorum:
            return Outcome.VOID
        return Outcome.APPROVED if self.yes > self.no else Outcome.REJECTED


def quorum(eligible: int) -> int:
    """How many ballots a decision needs when so many judges are eligible and not recused."""
    return max(eligible // 2 + 1, SMALLEST_QUORUM)


def count(papers: Sequence[Paper], *, eligible: int, criteria: Sequence[Criterion]) -> Tally:
    """Count the ballots that stand (the caller leaves out void ones and those of recused judges)."""
    votes = [paper.vote for paper in papers]
    scored = [paper.scores for paper in papers if paper.vote is not Vote.ABSTAIN]
    return Tally(
        eligible=eligible,
        needed=quorum(eligible),
        yes=votes.count(Vote.YES),
        no=votes.count(Vote.NO),
        abstained=votes.count(Vote.ABSTAIN),
        mean=_mean(_weighted(scores, criteria) for scores in scored),
        by_criterion={
            criterion.key: _mean(_exact(scores.get(criterion.key)) for scores in scored)
            for criterion in criteria
        },
    )


def _weighted(scores: Mapping[str, int | None], criteria: Sequence[Criterion]) -> Fraction | None:
    """One ballot's mean: what does not apply is left out and the weights rescaled to the rest."""
    answered = [
        (criterion.weight, score)
        for criterion in criteria
        if (score := scores.get(criterion.key)) is not None
    ]
    weight = sum(weight for weight, _ in answered)
    if not weight or Fraction(weight, WHOLE) < LEAST_ANSWERED:
        return None
    return Fraction(sum(weight * score for weight, score in answered), weight)


def _exact(score: int | None) -> Fraction | None:
    return None if score is None else Fraction(score)


def _mean(values: Iterable[Fraction | None]) -> Fraction | None:
    known = [value for value in values if value is not None]
    return sum(known, Fraction(0)) / len(known) if known else None


def hundredths(mean: Fraction | None) -> int | None:
    """A mean as whole hundredths, halves rounded up: how it is stored and shown."""
    return None if mean is None else int(mean * 100 + Fraction(1, 2))


def in_points(mean: int | None) -> Decimal | None:
    """A stored mean on the scale, for people."""
    return None if mean is None else Decimal(mean) / 100

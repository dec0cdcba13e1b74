"""Counting, without a database."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.domain.rubric import Criterion, Fault, fault_of, fits
from governance.domain.tally import Outcome, Paper, Vote, count, hundredths, quorum

RUBRIC = (Criterion("a", "A", 50), Criterion("b", "B", 30), Criterion("c", "C", 20))

scores = st.fixed_dictionaries(
    {key: st.one_of(st.none(), st.integers(1, 5)) for key in ("a", "b", "c")}
)
papers = st.lists(st.builds(Paper, st.sampled_from(Vote), scores), max_size=12)


def paper(vote, a=None, b=None, c=None):
    return Paper(Vote(vote), {"a": a, "b": b, "c": c})


@pytest.mark.parametrize(
    ("eligible", "needed"),
    [(0, 3), (1, 3), (2, 3), (3, 3), (4, 3), (5, 3), (6, 4), (7, 4), (8, 5), (15, 8)],
)
def test_quorum(eligible, needed):
    """B16: floor(n/2)+1 of the eligible, and at least three."""
    assert quorum(eligible) == needed


def test_abstention_counts_to_the_quorum_but_not_to_the_majority():
    """B16: one yes and two abstentions approve; two ballots decide nothing."""
    three = [paper("yes", 4, 4, 4), paper("abstain"), paper("abstain")]
    assert count(three, eligible=5, criteria=RUBRIC).outcome is Outcome.APPROVED
    assert count(three[:2], eligible=5, criteria=RUBRIC).outcome is Outcome.VOID


def test_a_tie_rejects():
    """B16: a change needs a majority."""
    four = [
        paper("yes", 5, 5, 5),
        paper("yes", 5, 5, 5),
        paper("no", 1, 1, 1),
        paper("no", 1, 1, 1),
    ]
    assert count(four, eligible=4, criteria=RUBRIC).outcome is Outcome.REJECTED


def test_the_mean_is_weighted_and_leaves_out_what_does_not_apply():
    """B12, B13: 5·50 + 3·30 over 80 and 2·50 + 2·30 + 2·20 over 100, then the mean of both."""
    tally = count([paper("yes", 5, 3), paper("no", 2, 2, 2)], eligible=2, criteria=RUBRIC)
    assert tally.mean == (Fraction(340, 80) + 2) / 2
    assert hundredths(tally.mean) == 313
    assert tally.by_criterion == {"a": Fraction(7, 2), "b": Fraction(5, 2), "c": Fraction(2)}


def test_a_ballot_that_answers_too_little_has_no_mean():
    """B13: below 60 % of the weights."""
    assert count([paper("yes", a=5)], eligible=3, criteria=RUBRIC).mean is None
    assert count([paper("yes", a=5, c=5)], eligible=3, criteria=RUBRIC).mean == 5


@given(papers, st.integers(0, 20))
def test_every_ballot_is_counted_once(given_papers, eligible):
    """B16: yes, no and abstentions are all there is; a decision has its quorum and its majority."""
    tally = count(given_papers, eligible=eligible, criteria=RUBRIC)
    assert tally.present == len(given_papers)
    assert (tally.outcome is Outcome.VOID) == (len(given_papers) < quorum(eligible))
    if tally.outcome is Outcome.APPROVED:
        assert tally.yes > tally.no
    if tally.mean is not None:
        assert 1 <= tally.mean <= 5


@given(papers, st.randoms(use_true_random=False))
def test_the_order_of_ballots_does_not_matter(given_papers, random):
    """B20: a recount in any order gives the same."""
    shuffled = list(given_papers)
    random.shuffle(shuffled)
    assert count(shuffled, eligible=5, criteria=RUBRIC) == count(
        given_papers, eligible=5, criteria=RUBRIC
    )


@given(papers)
def test_an_abstention_changes_neither_mean_nor_majority(given_papers):
    """B16: adding one only brings the quorum nearer."""
    before = count(given_papers, eligible=5, criteria=RUBRIC)
    after = count([*given_papers, paper("abstain", 1, 1, 1)], eligible=5, criteria=RUBRIC)
    assert (after.yes, after.no, after.mean) == (before.yes, before.no, before.mean)


@pytest.mark.parametrize(
    ("criteria", "fault"),
    [
        ((), Fault.EMPTY),
        ((Criterion("", "A", 100),), Fault.EMPTY),
        ((Criterion("a", "A", 50), Criterion("a", "B", 50)), Fault.REPEATED),
        ((Criterion("a", "A", 50), Criterion("b", "B", 49)), Fault.WEIGHTS),
        ((Criterion("a", "A", 100, "", {"6": "Too good"}),), Fault.MARKS),
        ((Criterion("a", "A", 150), Criterion("b", "B", -50)), Fault.WEIGHTS),
        (RUBRIC, None),
    ],
)
def test_criteria_that_cannot_be_published(criteria, fault):
    """B1, B12."""
    assert fault_of(criteria) == fault


@pytest.mark.parametrize(
    ("answer", "fitting"),
    [
        ({"a": 1, "b": 5, "c": None}, True),
        ({"a": 1, "b": 5}, False),
        ({"a": 0, "b": 5, "c": 1}, False),
        ({"a": 6, "b": 5, "c": 1}, False),
        ({"a": True, "b": 5, "c": 1}, False),
        ({"a": 1, "b": 5, "c": 1, "d": 1}, False),
    ],
)
def test_scores_must_fit_the_criteria(answer, fitting):
    """B12."""
    assert fits(answer, RUBRIC) is fitting

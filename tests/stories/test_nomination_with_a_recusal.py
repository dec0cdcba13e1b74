"""A nomination with a recusal: Amara is proposed, Dee is related to her and steps back after voting,
Chi closes the case, and Amara wins the badge.

Rows: B1, B3, B4, B5, B16; A1, A9.
"""

import pytest

from governance.errors import NoQuorum
from governance.models import BallotVoid, Case, Reason, Recusal
from governance.operations import ballots, cases
from governance.permissions import can_read_ballots, can_read_case
from members.domain.actors import Actor
from members.models import Activity
from recognition.models import BadgeAward, Candidate
from recognition.operations import cycles, nominations
from tests.conftest import SYSTEM
from tests.governance.conftest import LOW, cast, seat_of

pytestmark = pytest.mark.django_db


def test_a_nomination_with_a_recusal(cycle, amara, bo, chi, dee, hal, ivo, gus):
    # Bo reads the criteria, which have a version and stand still, and proposes Amara.
    assert (cycle.criteria.version, [one.title for one in cycle.criteria.rubric]) == (
        1,
        ["Kindness", "Effort", "Example"],
    )
    nominations.nominate(
        cycle,
        nominator=bo,
        nominee=amara,
        statement="She repairs everybody's bicycles.",
        actor=Actor.user(bo.user),
    )

    # The window ends; the committee of five has a case. Nobody of them proposed Amara or is Amara.
    cycles.close(cycle, actor=SYSTEM)
    case = Candidate.objects.get(cycle=cycle, member=amara).case
    assert cases.count(case).eligible == 5
    assert not Recusal.objects.exists()

    # Dee votes, then remembers that Amara is her cousin, and steps back. The case is gone for her.
    cast(case, dee.user)
    cast(case, chi)
    cast(case, hal)
    ballots.recuse(
        case, seat=seat_of(case, dee.user), reason=Reason.RELATIVE, actor=Actor.user(dee.user)
    )
    assert not Case.objects.visible_to(dee.user).exists()
    assert not can_read_case(dee.user, case)
    assert BallotVoid.objects.get().ballot.assignment.seat.user == dee.user

    # Four are eligible now and three ballots are needed; two stand. Chi cannot close.
    counted = cases.count(case)
    assert (counted.eligible, counted.needed, counted.present) == (4, 3, 2)
    with pytest.raises(NoQuorum):
        cases.close(case, seat=seat_of(case, chi), actor=Actor.user(chi))

    # Nobody reads what the others said while the case is open, Chi included.
    assert not can_read_ballots(chi, case)

    # Ivo votes against. Chi closes: two to one, with the mean of the three ballots that stand.
    cast(case, ivo, "no", LOW)
    decision = cases.close(case, seat=seat_of(case, chi), actor=Actor.user(chi))
    assert (decision.outcome, decision.yes, decision.no, decision.mean) == ("approved", 2, 1, 373)
    case.refresh_from_db()
    assert can_read_ballots(chi, case)
    assert not can_read_ballots(dee.user, case)
    assert not can_read_case(gus, case)

    # Amara is named, once, and wins the badge with the citation that was written for everybody.
    laureate = cycles.decide(cycle, citation="For forty bicycles.", actor=Actor.user(chi))
    award = BadgeAward.objects.get(member=amara)
    assert (award.badge, award.evidence, laureate.award) == (
        cycle.badge,
        "For forty bicycles.",
        award,
    )
    assert Activity.objects.get(kind="badge.awarded").member == amara

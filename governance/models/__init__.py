from governance.models.ballots import Ballot, BallotVoid, Recusal
from governance.models.cases import DECLARABLE, Assignment, Case, Interest, Reason
from governance.models.committees import Committee, Seat
from governance.models.criteria import Criteria
from governance.models.decisions import Decision

__all__ = [
    "DECLARABLE",
    "Assignment",
    "Ballot",
    "BallotVoid",
    "Case",
    "Committee",
    "Criteria",
    "Decision",
    "Interest",
    "Reason",
    "Recusal",
    "Seat",
]

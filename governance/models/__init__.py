from governance.models.ballots import Ballot, BallotVoid, Recusal
from governance.models.cases import DECLARABLE, Assignment, Case, Interest, Reason
from governance.models.committees import Committee, Seat
from governance.models.criteria import Criteria
from governance.models.decisions import Decision
from governance.models.desk import BallotDraft, Reading

__all__ = [
    "DECLARABLE",
    "Assignment",
    "Ballot",
    "BallotDraft",
    "BallotVoid",
    "Case",
    "Committee",
    "Criteria",
    "Decision",
    "Interest",
    "Reading",
    "Reason",
    "Recusal",
    "Seat",
]

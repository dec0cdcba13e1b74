"""What recognition keeps about people."""

from members import clock
from members.operations.holdings import ALSO, WORDS, Person, excuse, holds
from recognition.models import (
    AchievementStep,
    BadgeAward,
    Candidate,
    Credential,
    DailyScore,
    Laureate,
    Nomination,
    NominationDraft,
    Profile,
    Progress,
    Standing,
    StreakDay,
    StreakMilestone,
)

holds(BadgeAward, "member", blank={"reason": "Erased", "evidence": ""})
holds(Credential, "award__member", blank={"holder_name": "", "token": ""})
holds(Profile, "member", goes=True)
holds(AchievementStep, "member")
holds(Progress, "member")
holds(StreakDay, "member")
holds(StreakMilestone, "member")
holds(DailyScore, "member")
holds(Standing, "member", goes=True)
holds(Candidate, "member")
holds(Nomination, "nominator", blank={"statement": "Erased"})
holds(NominationDraft, "nominator", goes=True)
holds(Laureate, "candidate__member", blank={"citation": "Erased"})
WORDS.append("erase_cases")

excuse(NominationDraft, "nominee", why="Somebody else's, to be read by them alone.")


def forget_drafts(person: Person) -> None:
    """What others were about to write about them."""
    NominationDraft.objects.filter(nominee__in=person.members).delete()


def end_credentials(person: Person) -> None:
    """What they took along counts no more."""
    held = Credential.objects.standing().filter(award__member__in=person.members)
    held.update(withdrawn_at=clock.now())


ALSO += [forget_drafts, end_credentials]

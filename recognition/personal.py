"""What recognition keeps about people."""

from members.operations.holdings import ALSO, Person, excuse, holds
from recognition.models import (
    AchievementStep,
    BadgeAward,
    Candidate,
    DailyScore,
    Nomination,
    NominationDraft,
    Profile,
    Progress,
    Standing,
    StreakDay,
    StreakMilestone,
)

holds(BadgeAward, "member", blank={"reason": "Erased", "evidence": ""})
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

excuse(NominationDraft, "nominee", why="Somebody else's, to be read by them alone.")


def forget_drafts(person: Person) -> None:
    """What others were about to write about them."""
    NominationDraft.objects.filter(nominee__in=person.members).delete()


ALSO.append(forget_drafts)

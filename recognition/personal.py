"""What recognition keeps about people."""

from members.operations.holdings import holds
from recognition.models import (
    AchievementStep,
    BadgeAward,
    Candidate,
    DailyScore,
    Nomination,
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

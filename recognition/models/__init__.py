from recognition.models.achievements import (
    Achievement,
    AchievementStep,
    Progress,
    Streak,
    StreakDay,
    StreakMilestone,
)
from recognition.models.badges import Badge, BadgeAward, BadgeCount, Profile
from recognition.models.boards import DailyScore, Leaderboard, ScoreMark, Standing
from recognition.models.credentials import Credential
from recognition.models.nominations import (
    SUBJECT_TYPE,
    Candidate,
    Laureate,
    Nomination,
    NominationCycle,
    NominationDraft,
    nominees,
)

__all__ = [
    "SUBJECT_TYPE",
    "Achievement",
    "AchievementStep",
    "Badge",
    "BadgeAward",
    "BadgeCount",
    "Candidate",
    "Credential",
    "DailyScore",
    "Laureate",
    "Leaderboard",
    "Nomination",
    "NominationCycle",
    "NominationDraft",
    "Profile",
    "Progress",
    "ScoreMark",
    "Standing",
    "Streak",
    "StreakDay",
    "StreakMilestone",
    "nominees",
]

"""What campaigns keep about people."""

from loyalty.campaigns.models import (
    Backtest,
    Effect,
    Evaluation,
    Exposure,
    LimitUse,
    Referral,
    ReferralCode,
    ReferralInvite,
    RefillCycle,
    ReviewCase,
    RuleVersion,
    Waiting,
)
from members.operations.holdings import WORDS, excuse, holds

holds(Evaluation, "activity__member")
WORDS.append("erase_traces")
holds(Effect, "activity__member")
holds(LimitUse, "member")
holds(Waiting, "member")
holds(Exposure, "member")
holds(ReferralCode, "member", goes=True)
holds(ReferralInvite, "member", goes=True)
holds(
    Referral,
    "advocate",
    "friend",
    blank={"email": "", "device": "", "address": "", "decision": ""},
    hides=("decided_by", "email", "device", "address"),
)
holds(RefillCycle, "member")
holds(ReviewCase, "member", blank={"reasons": [], "decision": ""}, hides=("decided_by",))

excuse(RuleVersion, "drafted_by", "published_by", why="The work of staff.")
excuse(Backtest, "asked_by", why="The work of staff.")
excuse(Referral, "decided_by", why="The work of staff, on somebody else's story.")
excuse(ReviewCase, "decided_by", why="The work of staff, on somebody else's story.")

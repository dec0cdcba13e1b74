from loyalty.campaigns.models.backtests import Backtest, BacktestTally
from loyalty.campaigns.models.campaigns import (
    BudgetUse,
    Campaign,
    LimitUse,
    RuleStamp,
    RuleVersion,
)
from loyalty.campaigns.models.evaluations import Effect, Evaluation, Waiting
from loyalty.campaigns.models.exposures import Exposure
from loyalty.campaigns.models.groups import StackingGroup
from loyalty.campaigns.models.merges import MergedBonus
from loyalty.campaigns.models.rates import ExchangeRate
from loyalty.campaigns.models.referrals import (
    Referral,
    ReferralCode,
    ReferralInvite,
    ReferralPolicy,
    ReferralPurchase,
)
from loyalty.campaigns.models.refills import RefillCycle
from loyalty.campaigns.models.reviews import ReviewCase, ReviewRule
from loyalty.campaigns.models.segments import SegmentBudget

__all__ = [
    "Backtest",
    "BacktestTally",
    "BudgetUse",
    "Campaign",
    "Effect",
    "Evaluation",
    "ExchangeRate",
    "Exposure",
    "LimitUse",
    "MergedBonus",
    "Referral",
    "ReferralCode",
    "ReferralInvite",
    "ReferralPolicy",
    "ReferralPurchase",
    "RefillCycle",
    "ReviewCase",
    "ReviewRule",
    "RuleStamp",
    "RuleVersion",
    "SegmentBudget",
    "StackingGroup",
    "Waiting",
]

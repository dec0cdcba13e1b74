from loyalty.campaigns.models.backtests import Backtest, BacktestTally
from loyalty.campaigns.models.campaigns import (
    BudgetUse,
    Campaign,
    LimitUse,
    RuleStamp,
    RuleVersion,
)
from loyalty.campaigns.models.evaluations import Effect, Evaluation, Waiting
from loyalty.campaigns.models.merges import MergedBonus
from loyalty.campaigns.models.rates import ExchangeRate
from loyalty.campaigns.models.referrals import (
    Referral,
    ReferralCode,
    ReferralPolicy,
    ReferralPurchase,
)
from loyalty.campaigns.models.reviews import ReviewCase, ReviewRule

__all__ = [
    "Backtest",
    "BacktestTally",
    "BudgetUse",
    "Campaign",
    "Effect",
    "Evaluation",
    "ExchangeRate",
    "LimitUse",
    "MergedBonus",
    "Referral",
    "ReferralCode",
    "ReferralPolicy",
    "ReferralPurchase",
    "ReviewCase",
    "ReviewRule",
    "RuleStamp",
    "RuleVersion",
    "Waiting",
]

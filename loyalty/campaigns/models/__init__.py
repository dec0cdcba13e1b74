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
from loyalty.campaigns.models.segments import SegmentBudget

__all__ = [
    "BudgetUse",
    "Campaign",
    "Effect",
    "Evaluation",
    "ExchangeRate",
    "Exposure",
    "LimitUse",
    "MergedBonus",
    "RuleStamp",
    "RuleVersion",
    "SegmentBudget",
    "StackingGroup",
    "Waiting",
]

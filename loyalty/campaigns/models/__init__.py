from loyalty.campaigns.models.campaigns import (
    BudgetUse,
    Campaign,
    LimitUse,
    RuleStamp,
    RuleVersion,
)
from loyalty.campaigns.models.evaluations import Effect, Evaluation, Waiting

__all__ = [
    "BudgetUse",
    "Campaign",
    "Effect",
    "Evaluation",
    "LimitUse",
    "RuleStamp",
    "RuleVersion",
    "Waiting",
]

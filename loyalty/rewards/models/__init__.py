from loyalty.rewards.models.coupons import Coupon, CouponBatch, Guesses
from loyalty.rewards.models.funds import Fund, FundBill, FundMove
from loyalty.rewards.models.redemptions import Redemption, RedemptionStep
from loyalty.rewards.models.rewards import Reward

__all__ = [
    "Coupon",
    "CouponBatch",
    "Fund",
    "FundBill",
    "FundMove",
    "Guesses",
    "Redemption",
    "RedemptionStep",
    "Reward",
]

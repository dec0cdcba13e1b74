"""Campaigns in the staff console, one file a subject."""

from loyalty.campaigns.admin import backtests, campaigns, referrals, reviews

__all__ = ["backtests", "campaigns", "referrals", "reviews"]

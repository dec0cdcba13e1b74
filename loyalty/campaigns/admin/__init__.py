"""Campaigns in the staff console, one file a subject."""

from loyalty.campaigns.admin import backtests, campaigns, referrals

__all__ = ["backtests", "campaigns", "referrals"]

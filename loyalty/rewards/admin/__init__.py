"""The staff console's rooms for rewards: the catalogue with its redemptions, and partners' funds."""

from loyalty.rewards.admin import catalogue, funds

__all__ = ["catalogue", "funds"]

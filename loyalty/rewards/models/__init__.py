from loyalty.rewards.models.rewards import Redemption, Reward

__all__ = ["Redemption", "Reward"]

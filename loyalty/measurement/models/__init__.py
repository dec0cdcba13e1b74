from loyalty.measurement.models.rates import LiabilityRate

__all__ = ["LiabilityRate"]

from loyalty.measurement.models.rates import LiabilityRate
from loyalty.measurement.models.saved_views import SavedView

__all__ = ["LiabilityRate", "SavedView"]

"""Figures are nobody's; only who set a rate is kept."""

from loyalty.measurement.models import LiabilityRate
from members.operations.holdings import excuse

excuse(LiabilityRate, "made_by", why="The work of staff.")

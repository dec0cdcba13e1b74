"""Which segments somebody belongs to."""

from loyalty.audiences.models import SegmentMembership
from members.operations.holdings import holds

holds(SegmentMembership, "member", goes=True)

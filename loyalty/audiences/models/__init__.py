from loyalty.audiences.models.segments import Segment, SegmentMembership, SegmentVersion

__all__ = ["Segment", "SegmentMembership", "SegmentVersion"]

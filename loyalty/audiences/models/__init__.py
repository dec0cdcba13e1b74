from loyalty.audiences.models.segments import Segment, SegmentVersion

__all__ = ["Segment", "SegmentVersion"]

from members.models.activities import Activity, ActivityKind, ActivityKindVersion
from members.models.adjustments import Adjustment
from members.models.bulk import BulkRow, BulkRun
from members.models.consent_texts import ConsentText
from members.models.credentials import CredentialChange
from members.models.gifts import Gift, GiftCode
from members.models.holds import Hold
from members.models.household_moves import HouseholdMove
from members.models.households import Household, HouseholdInvitation, HouseholdSeat
from members.models.keys import ActivityKey, CustomerKey
from members.models.ledger import (
    NEVER,
    Account,
    Balance,
    Entry,
    LotLife,
    LotUse,
    OpenLot,
    Unit,
)
from members.models.members import Access, Consent, Member
from members.models.merges import Merge
from members.models.notes import MemberNote
from members.models.privacy import ErasedAddress, ErasedReference, MemberExport, Redaction
from members.models.rollups import Rollup
from members.models.seals import Seal, SealAhead
from members.models.tiers import LadderVersion, Tier, TierGroup, TierLift, TierPeriod
from members.models.trail import AuditRow, Change
from members.models.traits import MemberAttribute, MemberTag
from members.models.users import User
from members.models.work import Decision, Heartbeat, Job, SweepRun, Watermark

__all__ = [
    "NEVER",
    "Access",
    "Account",
    "Activity",
    "ActivityKey",
    "ActivityKind",
    "ActivityKindVersion",
    "Adjustment",
    "AuditRow",
    "Balance",
    "BulkRow",
    "BulkRun",
    "Change",
    "Consent",
    "ConsentText",
    "CredentialChange",
    "CustomerKey",
    "Decision",
    "Entry",
    "ErasedAddress",
    "ErasedReference",
    "Gift",
    "GiftCode",
    "Heartbeat",
    "Hold",
    "Household",
    "HouseholdInvitation",
    "HouseholdMove",
    "HouseholdSeat",
    "Job",
    "LadderVersion",
    "LotLife",
    "LotUse",
    "Member",
    "MemberAttribute",
    "MemberExport",
    "MemberNote",
    "MemberTag",
    "Merge",
    "OpenLot",
    "Redaction",
    "Rollup",
    "Seal",
    "SealAhead",
    "SweepRun",
    "Tier",
    "TierGroup",
    "TierLift",
    "TierPeriod",
    "Unit",
    "User",
    "Watermark",
]

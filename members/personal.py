"""What the ground floor keeps about people."""

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from members.models import (
    Access,
    Account,
    Activity,
    ActivityKey,
    Adjustment,
    Balance,
    BulkRow,
    BulkRun,
    Consent,
    CredentialChange,
    CustomerKey,
    Decision,
    Entry,
    ErasedReference,
    Gift,
    GiftCode,
    Hold,
    Household,
    HouseholdMove,
    HouseholdSeat,
    Job,
    Member,
    MemberAttribute,
    MemberExport,
    MemberNote,
    MemberTag,
    Merge,
    Redaction,
    TierLift,
    TierPeriod,
    User,
)
from members.operations.holdings import ALSO, HOLDINGS, WORDS, Person, excuse, holds

ERASED = "Erased"

holds(Member, "pk", by_user=("user",))
holds(User, by_user=("pk",))
holds(Consent, "member")
holds(CredentialChange, by_user=("user",), goes=True)
holds(MemberAttribute, "member", goes=True)
holds(MemberTag, "member", goes=True)
holds(Access, "member")
holds(Activity, "member", hides=("recorded_by",))
holds(Account, "member")
holds(Balance, "account__member")
holds(Entry, "debit__member", "credit__member")
holds(Adjustment, "member", blank={"reason": ERASED}, hides=("made_by", "decided_by"))
holds(Gift, "giver", "receiver", blank={"message": ""})
holds(GiftCode, "member", goes=True)
holds(Hold, "member", blank={"reference": ""})
holds(HouseholdSeat, "member")
holds(HouseholdMove, "member")
holds(Merge, "source", "target", blank={"reason": ERASED}, hides=("merged_by", "undone_by"))
holds(TierPeriod, "member")
holds(TierLift, "member", blank={"reason": ERASED}, hides=("given_by",))
holds(Decision, "member")
holds(MemberExport, "member", goes=True)
holds(MemberNote, "member", goes=True, hides=("written_by",))
# By which purchases find the member; hashes, so the export names how many there are and no more.
holds(ActivityKey, "key__member", goes=True)
holds(CustomerKey, "member", goes=True)

excuse(ErasedReference, "member", why="It is what erasing leaves.")
excuse(Redaction, "member", why="It is what erasing leaves.")
excuse(Member, "merged_into", why="Whoever was merged in is exported and erased with the member.")
excuse(Adjustment, "made_by", "decided_by", why="The work of staff, on somebody else's story.")
excuse(MemberNote, "written_by", why="The work of staff.")
excuse(BulkRun, "asked_by", why="The work of staff.")


def forget_elsewhere(person: Person) -> None:
    """Finished work that names them, and households of theirs alone."""
    texts = Job.objects.annotate(said=Cast("arguments", TextField())).exclude(state=Job.State.READY)
    for word in person.quoted:
        texts.filter(Q(said__contains=word) | Q(fault__contains=word)).delete()
    empty = Household.objects.filter(seats__member__in=person.members, closed_at__isnull=False)
    empty.update(name=ERASED)


def forget_in_bulk(person: Person) -> None:
    """What steps on many rows called their rows, and what was asked for with their names."""
    runs = BulkRun.objects.filter(state=BulkRun.State.DONE)
    runs.filter(asked__iregex=person.asked).update(asked="")
    labels = set(BulkRun.objects.values_list("label", flat=True).distinct())
    for holding in HOLDINGS:
        label = holding.model._meta.label_lower
        if label in labels:
            rows = holding.rows(person).order_by().values("pk")
            BulkRow.objects.filter(run__label=label, subject_id__in=rows).update(
                name=ERASED, why=""
            )


ALSO += [forget_elsewhere, forget_in_bulk]
WORDS.append("erase_words")

"""Refusals: an operation says no with one sentence and a stable code.

A refusal is Django's ValidationError, so forms, the admin and the API show the same sentence.
"""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class Refused(ValidationError):
    """Base of every refusal. Subclasses set `code` and `sentence` (may hold %(name)s parameters)."""

    code = "refused"
    sentence = _("This cannot be done.")

    def __init__(self, sentence: str | None = None, **params: object) -> None:
        super().__init__(sentence or self.sentence, code=self.code, params=params or None)


class NoSuchDay(Refused):
    code = "no_such_day"
    sentence = _("There is no day %(day)s in any year.")


class NoSuchZone(Refused):
    code = "no_such_time_zone"
    sentence = _("There is no time zone named %(zone)s.")


class NoSuchName(Refused):
    code = "no_such_name"
    sentence = _("A name has 2 to 30 visible letters, and is no address or made-up name.")


class NameMixesScripts(Refused):
    code = "name_mixes_scripts"
    sentence = _("Write the name in one script: letters of another one can be mistaken for these.")


class NameReserved(Refused):
    code = "name_reserved"
    sentence = _("This reads like a name of the programme or of its people. Choose another one.")


class NameTaken(Refused):
    code = "name_taken"
    sentence = _("Somebody else goes by this name already.")


class NothingSaid(Refused):
    code = "nothing_said"
    sentence = _("Write something.")


class NotEnough(Refused):
    code = "not_enough"
    sentence = _("There are not enough points for this.")


class Frozen(Refused):
    code = "account_frozen"
    sentence = _("This account is frozen until somebody has looked at it.")

    def __init__(self, account: int | None = None) -> None:
        """`account` is the one whose balance was found wrong just now, and should be frozen."""
        super().__init__()
        self.account = account


class SaidDifferently(Refused):
    code = "said_differently"
    sentence = _("The activity %(id)s from %(source)s was told before with other content.")


class UnknownKind(Refused):
    code = "unknown_kind"
    sentence = _("There is no activity kind named %(kind)s.")


class AlreadyReversed(Refused):
    code = "already_reversed"
    sentence = _("This has been taken back already.")


class BadSchema(Refused):
    code = "bad_schema"
    sentence = _("This is not a JSON Schema (draft 2020-12): %(why)s.")


class KindShipped(Refused):
    code = "kind_shipped"
    sentence = _("%(kind)s is shipped with Laurel and keeps its name.")


class NotYourOwn(Refused):
    code = "not_your_own"
    sentence = _("Nobody changes their own rights.")


class OnlySuperusers(Refused):
    code = "only_superusers"
    sentence = _("Only superusers change who may do what.")


class LowestTier(Refused):
    code = "lowest_tier"
    sentence = _("The lowest tier starts at 0, for everybody has to be somewhere.")


class HoldEnded(Refused):
    code = "hold_ended"
    sentence = _("This hold has ended already.")


class MoreThanHeld(Refused):
    code = "more_than_held"
    sentence = _("The hold is for %(amount)s points only.")


class NotPositive(Refused):
    code = "not_positive"
    sentence = _("The amount must be at least 1.")


class NotForOneself(Refused):
    code = "not_for_oneself"
    sentence = _("Nobody adjusts their own points.")


class NotToOneself(Refused):
    code = "not_to_oneself"
    sentence = _("A gift goes to somebody else.")


class CannotBeGiven(Refused):
    code = "cannot_be_given"
    sentence = _("%(unit)s cannot be given away.")


class ReasonNeeded(Refused):
    code = "reason_needed"
    sentence = _("Say why, so that others can understand it later.")


class NotPending(Refused):
    code = "not_pending"
    sentence = _("Nothing of this waits any more: it has become active or was cancelled.")


class AlreadyDecided(Refused):
    code = "already_decided"
    sentence = _("This has been decided already.")


class SecondPersonNeeded(Refused):
    code = "second_person_needed"
    sentence = _("A second person decides on this.")


class NoTierForOneself(Refused):
    code = "no_tier_for_oneself"
    sentence = _("Nobody gives a tier to themselves.")


class OverAlready(Refused):
    code = "over_already"
    sentence = _("This is over already.")


class DayPassed(Refused):
    code = "day_passed"
    sentence = _("%(day)s has passed already.")


class TierGiven(Refused):
    code = "tier_given"
    sentence = _("The member has this tier until that day already.")


class NothingToReinstate(Refused):
    code = "nothing_to_reinstate"
    sentence = _("No points expired in the last %(days)s days that could come back.")


class AboveLimit(Refused):
    code = "above_limit"
    sentence = _(
        "One person may adjust %(limit)s points a day, alone. Adjust the points instead: a second"
        " person decides, and what is given repays first."
    )


class StillWrong(Refused):
    code = "still_wrong"
    sentence = _(
        "The balance says %(stored)s and its postings add up to %(posted)s. The account stays frozen"
        " until they agree."
    )


class LotsStillWrong(Refused):
    code = "lots_still_wrong"
    sentence = _(
        "The balance says %(stored)s and its lots hold %(held)s. The account stays frozen until they"
        " agree."
    )


class UndoOver(Refused):
    code = "undo_over"
    sentence = _("The ten minutes are over.")


class NotYours(Refused):
    code = "not_yours"
    sentence = _("This is not yours.")


class NotForHousehold(Refused):
    code = "not_for_household"
    sentence = _("Nobody adjusts points or tiers of their own household.")


class NoHousehold(Refused):
    code = "no_household"
    sentence = _("You are in no household.")


class InHousehold(Refused):
    code = "in_household"
    sentence = _("You are in a household already. Leave it first.")


class HouseholdFull(Refused):
    code = "household_full"
    sentence = _("A household has at most %(most)s people.")


class OnlyHead(Refused):
    code = "only_head"
    sentence = _("Only the head of the household can do this.")


class NoSuchInvitation(Refused):
    code = "no_such_invitation"
    sentence = _("This code leads to no household. Ask for it again, letter by letter.")


class AboveHouseholdLimit(Refused):
    code = "above_household_limit"
    sentence = _("Your household lets each of you take out %(limit)s points a day.")


class KeyTaken(Refused):
    code = "key_taken"
    sentence = _("This %(kind)s belongs to another member.")


class UnreadableKey(Refused):
    code = "unreadable_key"
    sentence = _("This is no %(kind)s.")


class NoKeyForOneself(Refused):
    code = "no_key_for_oneself"
    sentence = _("Nobody gives keys to themselves.")


class MergedAlready(Refused):
    code = "merged_already"
    sentence = _("%(member)s has been merged into another member already.")


class MergeTheOtherWay(Refused):
    code = "merge_the_other_way"
    sentence = _(
        "Others have been merged into %(member)s. Merge the other way round, or undo that."
    )


class NotToItself(Refused):
    code = "not_to_itself"
    sentence = _("A member is merged into another one.")


class ErasedMember(Refused):
    code = "erased_member"
    sentence = _("%(member)s has been erased.")


class PointsHeld(Refused):
    code = "points_held"
    sentence = _("Points of %(member)s are held for a checkout. Wait until it has ended.")


class TwoSignIns(Refused):
    code = "two_sign_ins"
    sentence = _("Both have a sign-in. Say whose stays; the other one is closed.")


class StaffSignIn(Refused):
    code = "staff_sign_in"
    sentence = _("A sign-in of staff is not closed by a merge.")


class NoViewingOfOneself(Refused):
    code = "no_viewing_of_oneself"
    sentence = _("Your own pages are open to you anyway.")


class NoMergeForOneself(Refused):
    code = "no_merge_for_oneself"
    sentence = _("Nobody merges their own membership.")


class NotMerged(Refused):
    code = "not_merged"
    sentence = _("This has been undone already.")


class MergedMeanwhile(Refused):
    code = "merged_meanwhile"
    sentence = _("This membership has just been merged into another one. Try again.")


class NoSuchTraitName(Refused):
    code = "no_such_trait_name"
    sentence = _(
        "A tag or an attribute cannot be called %(name)s: small letters, digits, - and _, a letter first."
    )


class NoSuchTraitValue(Refused):
    code = "no_such_trait_value"
    sentence = _("The attribute %(name)s needs a text of 1 to 200 characters.")


class TagEndsBefore(Refused):
    code = "tag_ends_before"
    sentence = _("The tag %(tag)s would end before it begins.")


class LanguageMissing(Refused):
    code = "language_missing"
    sentence = _("The text has to be there in %(language)s at least.")


class NotInThePast(Refused):
    code = "not_in_the_past"
    sentence = _("Nothing comes into force in the past.")


class PublishedMeanwhile(Refused):
    code = "published_meanwhile"
    sentence = _("Somebody has published another version just now. Look at it first.")


class OrderAmbiguous(Refused):
    code = "order_ambiguous"
    sentence = _("Several shops told an order %(order)s; say which one as order_source.")


class CoolingOff(Refused):
    code = "cooling_off"
    sentence = _(
        "Your sign-in was changed a short while ago, so points stay until %(until)s. You can go on at"
        " once by confirming it with a second factor under “Security”."
    )


class UnprovenReturn(CoolingOff):
    code = "return_not_confirmed"
    sentence = _(
        "You have not been here for a long time. Before points leave, confirm under “Security” that"
        " it is you."
    )


class NotTheReference(Refused):
    code = "not_the_reference"
    sentence = _("This is not the reference of this member.")


class ChangedElsewhere(Refused):
    code = "changed_elsewhere"
    sentence = _(
        "This was changed elsewhere meanwhile, perhaps in another tab. Nothing was overwritten. What"
        " you wrote is still here; save it once more to keep it instead."
    )

    def __init__(self, version: int) -> None:
        """`version` is the one that is kept now."""
        super().__init__()
        self.version = version


class TooManyRows(Refused):
    code = "too_many_rows"
    sentence = _("Choose at most %(most)s rows at once.")

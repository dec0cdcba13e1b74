"""Who is too near to decide: nobody moves points or tiers by hand for themselves or their household."""

from collections.abc import Callable

from django.db.models import Q, QuerySet

from members import clock
from members.domain.actors import Actor
from members.errors import NotForHousehold, NotForOneself, Refused
from members.models import Account, CustomerKey, Household, HouseholdSeat, Member, User

#: Of a member, who works with them: a floor above adds what it knows (its `colleagues.py`).
COLLEAGUES: list[Callable[[Member], QuerySet[User]]] = []


def housemates_of(member: Member) -> QuerySet[Member]:
    """Who shares a household with the member, now or until lately, also under a reference that was merged
    into theirs; they are not among them."""
    near = HouseholdSeat.objects.near(clock.now())
    own = Q(member=member) | Q(member__merged_into=member)
    shared = near.filter(own).values("household")
    seats = near.filter(household__in=shared).values("member")
    return Member.objects.filter(pk__in=seats).exclude(pk=member.pk)


def colleagues_of(member: Member) -> set[int]:
    """Who works with the member, as users: not everybody at work is a member. They are not among them."""
    found = {pk for rule in COLLEAGUES for pk in rule(member).values_list("pk", flat=True)}
    return found - {member.user_id}


def bar(
    user_id: int, member: Member | None, *, own: type[Refused] = NotForOneself
) -> Refused | None:
    """Why this user may not decide for the member: it is themselves (`own`), or somebody with whom
    they share a household, now or until lately. A member who was merged is the other one as well.
    None when nothing stands in the way."""
    if member is None:
        return None
    if user_id in (member.user_id, member.heir.user_id):
        return own()
    if HouseholdSeat.objects.shared(user_id, member.heir, clock.now()).exists():
        return NotForHousehold()
    return None


def near_refs(user_id: int) -> frozenset[str]:
    """The references of everybody about whom `bar` says no to this user. One query."""
    return frozenset(_near(user_id).values_list("ref", flat=True))


def near_keys(user_id: int) -> frozenset[tuple[str, bytes]]:
    """The customer keys of the same people: the kind and the keyed hash of each. One query."""
    held = CustomerKey.objects.filter(member__in=_near(user_id)).values_list("kind", "digest")
    return frozenset((kind, bytes(digest)) for kind, digest in held)


def _near(user_id: int) -> QuerySet[Member]:
    now = clock.now()
    around = Household.objects.around(user_id, now)
    shared = HouseholdSeat.objects.near(now).filter(household__in=around).values("member")
    near = Q(user=user_id) | Q(merged_into__user=user_id)
    return Member.objects.filter(near | Q(pk__in=shared) | Q(merged_into__in=shared))


def bar_household(user_id: int, household: Household) -> Refused | None:
    """Why this user may not decide for the household: it is theirs, or was until lately."""
    own = Household.objects.around(user_id, clock.now()).filter(pk=household.pk)
    return NotForHousehold() if own.exists() else None


def bar_account(user_id: int, account: Account) -> Refused | None:
    """Why this user may not decide about the account: by whom it belongs to."""
    if account.household is not None:
        return bar_household(user_id, account.household)
    return bar(user_id, account.member)


def refuse_near(actor: Actor, *members: Member, own: type[Refused] = NotForOneself) -> None:
    """Raise what `bar` says of a person who acts for one of these members."""
    for member in members:
        found = bar(actor.id, member, own=own) if actor.kind == "user" and actor.id else None
        if found is not None:
            raise found

"""What committees keep about people: who sat where, never more than a key."""

from governance.models import Interest, Seat
from members.models import User
from members.operations.holdings import KEEPS_SIGN_IN, holds

holds(Seat, "member", by_user=("user",))
holds(Interest, "member")


def sits_on_a_committee(user: User) -> bool:
    """A judge's sign-in outlives the membership."""
    return Seat.objects.of(user).exists()


KEEPS_SIGN_IN.append(sits_on_a_committee)

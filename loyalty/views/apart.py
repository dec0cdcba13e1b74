"""What stands beside the spendable balance: points that are held for a checkout, and points owed."""

from dataclasses import dataclass

from members.models import Account, Balance, Hold

Kind = Account.Kind


@dataclass(frozen=True, slots=True)
class Apart:
    """`held` points wait for a checkout to end; `owed` were taken back after they had been spent."""

    held: int = 0
    owed: int = 0


def apart_from(wallet: Account) -> Apart:
    """What is held and owed of the wallet's unit, in one query."""
    beside = Balance.objects.filter(
        account__member=wallet.member_id,
        account__unit=wallet.unit_id,
        account__kind__in=(Kind.HELD, Kind.DEBT),
    )
    amounts = dict(beside.values_list("account__kind", "amount"))
    return Apart(amounts.get(Kind.HELD, 0), -amounts.get(Kind.DEBT, 0))


def open_holds(wallet: Account) -> list[Hold]:
    """The holds that have not ended, those that time out first at the front."""
    holds = Hold.objects.filter(member=wallet.member_id, unit=wallet.unit_id, state=Hold.State.HELD)
    return list(holds.order_by("expires_at"))

"""The programme's own balances, kept without a row that every posting would wait for."""

from django.db import models

from members.models.ledger import Account


class Rollup(models.Model):
    """The settled part of a programme account's balance: the sum of postings up to an entry id.

    The balance is this plus the postings after it, so no posting ever waits for a shared row.
    `next_entry_id` may be settled once every transaction older than `next_horizon` has ended.
    """

    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, primary_key=True, related_name="rollup"
    )
    amount = models.BigIntegerField(default=0)
    upto_entry_id = models.BigIntegerField(default=0)
    next_entry_id = models.BigIntegerField(default=0)
    next_horizon = models.BigIntegerField(default=0)

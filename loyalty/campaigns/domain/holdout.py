"""Who a campaign leaves out on purpose, so that its effect can be told.

The bucket of a member is a plain function of the campaign and the member, whatever the order, the rule's
version or the machine: the first 15 hexadecimal digits of the SHA-256 of "<campaign>:<member>", modulo
10,000. `holdout_bucket` in the database is the same function.
"""

from hashlib import sha256

BUCKETS = 10_000


def bucket(campaign_id: int, member_id: int) -> int:
    """The member's bucket in the campaign, from 0 to 9,999."""
    return int(sha256(f"{campaign_id}:{member_id}".encode()).hexdigest()[:15], 16) % BUCKETS


def is_held_out(campaign_id: int, member_id: int, percent: int) -> bool:
    """Whether the member is among the `percent` of a hundred that are left out. Who is left out of a
    smaller share is left out of every larger one."""
    return percent > 0 and bucket(campaign_id, member_id) < percent * (BUCKETS // 100)

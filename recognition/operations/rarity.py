"""How rare each badge is: counted once in a while for all pages, instead of once for each view."""

from django.db import connection, transaction

from members import clock

_COUNT = """
INSERT INTO recognition_badgecount (badge_id, holders, members, counted_at)
SELECT b.id, coalesce(held.holders, 0), there.members, %(now)s
FROM recognition_badge b
CROSS JOIN (SELECT count(*) AS members FROM members_member
            WHERE erased_at IS NULL AND merged_into_id IS NULL) there
LEFT JOIN (SELECT a.badge_id, count(DISTINCT a.member_id) AS holders
           FROM recognition_badgeaward a JOIN members_member m ON m.id = a.member_id
           WHERE a.revoked_at IS NULL AND m.erased_at IS NULL AND m.merged_into_id IS NULL
           GROUP BY a.badge_id) held ON held.badge_id = b.id
ON CONFLICT (badge_id) DO UPDATE
SET holders = excluded.holders, members = excluded.members, counted_at = excluded.counted_at
"""


@transaction.atomic
def count() -> int:
    """Count the holders of every badge, and the members there are; how many badges. One statement, which
    decides nothing and so writes no audit row."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"now": clock.now()})
        return cursor.rowcount

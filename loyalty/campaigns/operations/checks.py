"""Invariants of evaluations."""

from members.domain.checks import Check

CHECKS = (
    Check(
        "I11",
        "every point effect has its entry, the entry says the same, and no effect is reversed twice",
        """
        SELECT f.id, f.amount, e.amount FROM campaigns_effect f
        LEFT JOIN members_entry e ON e.id = f.entry_id
        WHERE f.kind IN ('points', 'activation', 'cancellation')
          AND (e.id IS NULL OR e.amount <> f.amount OR e.rule_version_id <> f.rule_version_id)
        UNION ALL
        SELECT f.id, f.amount, sum(r.amount) FROM campaigns_effect f
        JOIN campaigns_effect r ON r.reverses_id = f.id
        WHERE f.kind <> 'deduction'
        GROUP BY f.id, f.amount HAVING sum(r.amount) < -f.amount OR max(r.amount) >= 0
        UNION ALL
        SELECT f.id, f.amount, coalesce(sum(b.amount), 0) FROM campaigns_effect f
        LEFT JOIN members_entry e ON e.id = f.entry_id AND e.amount = -f.amount
        LEFT JOIN campaigns_effect r ON r.reverses_id = f.id
        LEFT JOIN members_entry b ON b.reverses_id = e.id
        WHERE f.kind = 'deduction'
        GROUP BY f.id, f.amount, e.id
        HAVING e.id IS NULL
            OR coalesce(sum(b.amount), 0) <> CASE WHEN count(r.id) = 0 THEN 0 ELSE -f.amount END
        """,
    ),
    Check(
        "I17",
        "no campaign has paid more than its budget",
        """
        SELECT c.slug, c.budget_units, u.units FROM campaigns_campaign c
        JOIN campaigns_budgetuse u ON u.campaign_id = c.id WHERE u.units > c.budget_units
        UNION ALL
        SELECT c.slug, c.budget_money, u.money FROM campaigns_campaign c
        JOIN campaigns_budgetuse u ON u.campaign_id = c.id WHERE u.money > c.budget_money
        """,
    ),
    Check(
        "I17",
        "funds have paid for exactly what their campaigns gave, and got back what was taken back",
        """
        WITH given AS (
            SELECT f.id, f.entry_id, f.amount, c.funded_by_id AS fund_id, coalesce((
                SELECT -sum(r.amount) FROM campaigns_effect r WHERE r.reverses_id = f.id), 0)
                + coalesce((SELECT sum(r.amount) FROM members_entry e
                    JOIN campaigns_effect r ON r.entry_id = e.id AND r.kind = 'cancellation'
                    WHERE e.reverses_id = f.entry_id), 0)
                + coalesce((SELECT sum(m.amount) FROM campaigns_mergedbonus m
                    WHERE m.effect_id = f.id), 0) AS taken_back
            FROM campaigns_effect f JOIN campaigns_campaign c ON c.id = f.campaign_id
            WHERE c.funded_by_id IS NOT NULL AND f.kind = 'points'
        ), paid AS (
            SELECT g.id, g.entry_id, g.points, g.fund_id,
                   coalesce(sum(b.points) FILTER (WHERE b.kind = 'returned'), 0) AS returned,
                   coalesce(sum(b.points) FILTER (WHERE b.kind = 'expired'), 0) AS expired
            FROM rewards_fundmove g LEFT JOIN rewards_fundmove b ON b.of_id = g.id
            WHERE g.kind = 'granted' GROUP BY g.id
        )
        SELECT given.id, paid.id, given.amount, paid.points, given.taken_back, paid.returned, paid.expired
        FROM given FULL JOIN paid ON paid.entry_id = given.entry_id
        WHERE given.id IS NULL OR paid.id IS NULL
           OR given.fund_id <> paid.fund_id OR given.amount <> paid.points
           OR paid.returned <> least(given.taken_back, paid.points - paid.expired)
        """,
    ),
    Check(
        "I18",
        "no rule was published by its author",
        """
        SELECT id, drafted_by_id, published_by_id FROM campaigns_ruleversion
        WHERE published_by_id IS NOT NULL AND published_by_id = drafted_by_id
        """,
    ),
)

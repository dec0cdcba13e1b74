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
        GROUP BY f.id, f.amount HAVING sum(r.amount) < -f.amount OR max(r.amount) >= 0
        """,
    ),
    Check(
        "I17",
        "no campaign has paid more than its budget",
        """
        SELECT c.slug, c.budget_units, u.units FROM campaigns_campaign c
        JOIN campaigns_budgetuse u ON u.campaign_id = c.id WHERE u.units > c.budget_units
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

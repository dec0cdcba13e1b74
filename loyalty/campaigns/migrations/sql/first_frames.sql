-- What was published before frames were kept has the frame that its campaign has had all along: it could
-- not be changed once it had left its draft. The law on published versions rests for this one statement.
ALTER TABLE campaigns_ruleversion DISABLE TRIGGER keep_published;
UPDATE campaigns_ruleversion v SET frame = jsonb_build_object(
    'priority', c.priority,
    'budget_units', c.budget_units,
    'budget_money', c.budget_money,
    'cost_per_unit', c.cost_per_unit,
    'pays_partly', c.pays_partly,
    'group', NULL,
    'exclusive_category', c.exclusive_category,
    'holdout_percent', c.holdout_percent,
    'starts_at', to_char(c.starts_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'),
    'ends_at', to_char(c.ends_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'),
    'segment_budgets', '[]'::jsonb)
FROM campaigns_campaign c WHERE c.id = v.campaign_id AND v.published_at IS NOT NULL;
ALTER TABLE campaigns_ruleversion ENABLE ALWAYS TRIGGER keep_published;

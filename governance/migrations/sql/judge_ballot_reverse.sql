DROP TRIGGER judge_ballot ON governance_ballot;
DROP TRIGGER judge_recusal ON governance_recusal;
DROP FUNCTION judge_ballot();

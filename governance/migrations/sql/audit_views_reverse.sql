DROP VIEW audit.recusal;
DROP VIEW audit.ballot;

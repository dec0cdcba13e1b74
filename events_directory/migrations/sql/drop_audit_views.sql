DROP VIEW audit."grant";
DROP VIEW audit.pool;
DROP VIEW audit.booking;
DROP VIEW audit.occurrence;

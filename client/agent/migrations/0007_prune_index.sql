-- What is old and waits is told apart from what is old and may go without reading either.
DROP INDEX entry_by_time;
CREATE INDEX entry_by_time ON entry (commit_time_us, register_id, sequence);

-- Turns that name their journal, members who stay served until newer facts are here, and since when an entry waits.

-- A journal has its name from its first turn or its first chained entry on, so a register may stand here without an entry.
ALTER TABLE register RENAME TO register_before;
CREATE TABLE register (
  register_id TEXT PRIMARY KEY,
  last_sequence INTEGER NOT NULL CHECK (last_sequence >= 0),  -- 0: no entry yet
  journal_id BLOB CHECK (length(journal_id) = 16)             -- anew by `moadon-agent rejoin`
) STRICT, WITHOUT ROWID;
INSERT INTO register (register_id, last_sequence, journal_id)
  SELECT register_id, last_sequence, journal_id FROM register_before;
DROP TABLE register_before;

-- The turn that was sent last and the one that was answered last; 0: none by this journal. One that was sent is repeated until
-- it is answered. `turn` is at least begun_turn, and larger where its answer would be outdated.
ALTER TABLE lease_turn ADD COLUMN begun_turn INTEGER NOT NULL DEFAULT 0 CHECK (begun_turn >= 0);
ALTER TABLE lease_turn ADD COLUMN answered_turn INTEGER NOT NULL DEFAULT 0 CHECK (answered_turn >= 0);

-- Members to whom points or benefits with limits were given without the server, when it has taken that: facts that it issued
-- before do not know of it, so they are served as long as no newer ones are here.
CREATE TABLE served_member (
  register_id TEXT NOT NULL,
  member_id TEXT NOT NULL,  -- '': it cannot be read who it was, so everybody
  served_time_us INTEGER NOT NULL,  -- the server's clock when it had taken it
  proof BLOB NOT NULL,  -- nothing, sealed for exactly this row: one that was altered stays served
  PRIMARY KEY (register_id, member_id)
) STRICT, WITHOUT ROWID;

-- Since when an entry waits by the server's clock; NULL: that is not known yet. Whoever waited before: by the machine's.
ALTER TABLE undelivered ADD COLUMN wait_from_us INTEGER;
UPDATE undelivered SET wait_from_us = (SELECT e.commit_time_us FROM entry e
  WHERE e.register_id = undelivered.register_id AND e.sequence = undelivered.sequence);

-- What is old is found without reading what is young.
CREATE INDEX entry_by_time ON entry (commit_time_us);

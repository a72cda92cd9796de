-- Which journal of a register took its last turn, and what an entry handed over is known by. Units as in 0001.

ALTER TABLE lease_turns ADD COLUMN journal_id BLOB CHECK (length(journal_id) = 16);  -- NULL: none was named

-- Journals whose register has taken turns with another one since: they take none any more.
CREATE TABLE left_journals (
  register_id TEXT NOT NULL,
  journal_id BLOB NOT NULL CHECK (length(journal_id) = 16),
  leave_us INTEGER NOT NULL,
  PRIMARY KEY (register_id, journal_id)
) STRICT, WITHOUT ROWID;

-- Turns later than the last one that were refused, because another disk with the same journal had taken that one.
CREATE TABLE forked_turns (
  register_id TEXT NOT NULL,
  journal_id BLOB NOT NULL CHECK (length(journal_id) = 16),
  turn INTEGER NOT NULL CHECK (turn >= 1),
  PRIMARY KEY (register_id, journal_id, turn)
) STRICT, WITHOUT ROWID;

ALTER TABLE handed_over ADD COLUMN chain BLOB CHECK (length(chain) = 32);            -- NULL: none was said

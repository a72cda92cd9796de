-- What the journals of registers say of their own history, so that a copied or restored disk is recognised.

-- The chain value that came first in each place of a journal; old places behind the newest are forgotten.
CREATE TABLE journal_places (
  register_id TEXT NOT NULL,
  journal_id BLOB NOT NULL CHECK (length(journal_id) = 16),
  sequence INTEGER NOT NULL CHECK (sequence > 0),
  chain BLOB NOT NULL CHECK (length(chain) = 32),
  PRIMARY KEY (register_id, journal_id, sequence)
) STRICT, WITHOUT ROWID;

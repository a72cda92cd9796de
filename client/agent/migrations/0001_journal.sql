-- What the registers of this machine committed, and what of it the server has not taken yet.

-- Each register's last place in its journal; rows of `entry` may be pruned, places are never reused.
CREATE TABLE register (
  register_id TEXT PRIMARY KEY,
  last_sequence INTEGER NOT NULL CHECK (last_sequence >= 1)
) STRICT, WITHOUT ROWID;

-- One sale or return. Never changed; pruned long after its delivery.
CREATE TABLE entry (
  entry_id INTEGER PRIMARY KEY,  -- grows in the order of commits
  register_id TEXT NOT NULL,
  sequence INTEGER NOT NULL CHECK (sequence >= 1),
  receipt TEXT NOT NULL,
  kind INTEGER NOT NULL CHECK (kind IN (1, 2)),  -- EntryKind: sale, return
  content BLOB NOT NULL,                         -- moadon.v1.Sale or Return, sent unchanged for ever
  context BLOB NOT NULL,                         -- moadon.v1.RecordContext
  amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),  -- the answer: total or refund
  commit_time_us INTEGER NOT NULL,
  sale_register_id TEXT,  -- of a return with a receipt: its sale
  sale_receipt TEXT,
  UNIQUE (register_id, sequence),
  UNIQUE (register_id, receipt),
  CHECK ((sale_register_id IS NULL) = (sale_receipt IS NULL))
) STRICT;

CREATE INDEX entry_returning_sale ON entry (sale_register_id, sale_receipt)
  WHERE sale_receipt IS NOT NULL;

-- The entries that the server has not taken. Goes with the delivery.
CREATE TABLE undelivered (
  register_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  is_kept_back INTEGER NOT NULL CHECK (is_kept_back IN (0, 1)),  -- refused for good: tried rarely
  refusal BLOB,                                                  -- moadon.v1.Refusal, the last one
  PRIMARY KEY (register_id, sequence),
  FOREIGN KEY (register_id, sequence) REFERENCES entry (register_id, sequence)
) STRICT, WITHOUT ROWID;

-- Program versions, as the server sent them.
CREATE TABLE program (
  version INTEGER PRIMARY KEY CHECK (version >= 1),
  content BLOB NOT NULL  -- moadon.v1.Program
) STRICT;

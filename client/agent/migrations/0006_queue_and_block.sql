-- What the owner's queue has, and why nothing of a register is delivered.

-- Entries that went to the owner's queue whole: settled for good, also where everything here is delivered again. A row goes some
-- time after its entry.
CREATE TABLE handed_over (
  register_id TEXT NOT NULL,
  sequence INTEGER NOT NULL CHECK (sequence >= 1),
  PRIMARY KEY (register_id, sequence)
) STRICT, WITHOUT ROWID;

-- Why the server takes nothing of a register until a person acts, as it said last. No row: nothing is in the way.
CREATE TABLE delivery_block (
  register_id TEXT PRIMARY KEY,
  refusal BLOB NOT NULL  -- moadon.v1.Refusal
) STRICT, WITHOUT ROWID;

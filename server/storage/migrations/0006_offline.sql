-- What registers may do without the server, and what became of it. Units as in 0001.

-- Which member a register enrolled under a provisional id.
CREATE TABLE provisional_members (
  register_id TEXT NOT NULL,
  provisional_id TEXT NOT NULL,
  member_id INTEGER NOT NULL CHECK (member_id > 0),
  record_us INTEGER NOT NULL,
  PRIMARY KEY (register_id, provisional_id)
) STRICT, WITHOUT ROWID;

-- The loss account: what registers gave without the server that was not there any more. Never changed; what a return brings
-- back is a row of the return's, below zero.
CREATE TABLE losses (
  register_id TEXT NOT NULL,
  receipt TEXT NOT NULL,
  position INTEGER NOT NULL CHECK (position >= 1),
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 3),  -- points, limit, right
  member_id INTEGER NOT NULL CHECK (member_id >= 0),
  sale_id INTEGER NOT NULL CHECK (sale_id > 0),        -- the sale, also in the rows of its returns
  business_day INTEGER NOT NULL CHECK (business_day BETWEEN -1 AND 2932896),
  points_milli INTEGER NOT NULL,
  amount_minor INTEGER NOT NULL,
  benefit_id TEXT NOT NULL,                            -- '': points
  grant_id INTEGER NOT NULL CHECK (grant_id >= 0),     -- 0: no right
  record_us INTEGER NOT NULL,
  PRIMARY KEY (register_id, receipt, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX losses_by_day ON losses (business_day, register_id, receipt, position);
CREATE INDEX losses_of_sale ON losses (member_id, sale_id);

-- Rights that one register alone may use. No row: anybody may.
CREATE TABLE right_leases (
  member_id INTEGER NOT NULL CHECK (member_id > 0),
  grant_id INTEGER NOT NULL CHECK (grant_id > 0),
  register_id TEXT NOT NULL,
  end_us INTEGER NOT NULL,
  is_called_back INTEGER NOT NULL CHECK (is_called_back IN (0, 1)),
  PRIMARY KEY (member_id, grant_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX right_leases_by_register ON right_leases (register_id, end_us);

-- Parts of club-wide limits that are set aside for registers.
CREATE TABLE budget_slices (
  benefit_id TEXT NOT NULL,
  register_id TEXT NOT NULL,
  amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
  use_count INTEGER NOT NULL CHECK (use_count >= 0),
  end_us INTEGER NOT NULL,
  PRIMARY KEY (benefit_id, register_id)
) STRICT, WITHOUT ROWID;

-- The last turn of each register that was answered.
CREATE TABLE lease_turns (
  register_id TEXT PRIMARY KEY,
  turn INTEGER NOT NULL CHECK (turn >= 1),
  turn_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- For whom rights are leased: who bought in a branch last.
CREATE INDEX member_branches_by_day ON member_branches (branch_id, last_day);

-- The owner's queue: entries that the server did not take for long. Content goes when the owner has settled them.
CREATE TABLE handed_over (
  register_id TEXT NOT NULL,
  journal_id BLOB NOT NULL CHECK (length(journal_id) = 16),
  sequence INTEGER NOT NULL CHECK (sequence >= 1),
  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 3),  -- nothing readable, sale, return, enrolment
  content BLOB,                                        -- as journalled; NULL: settled
  context BLOB,                                        -- moadon.v1.RecordContext; NULL: settled
  refusal BLOB NOT NULL,                               -- moadon.v1.Refusal
  commit_us INTEGER NOT NULL,
  hand_us INTEGER NOT NULL,
  settle_us INTEGER,
  settle_note TEXT NOT NULL,
  PRIMARY KEY (register_id, journal_id, sequence),
  CHECK ((content IS NULL) = (settle_us IS NOT NULL)),
  CHECK ((context IS NULL) = (settle_us IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX handed_over_by_time ON handed_over (hand_us, register_id, journal_id, sequence);

-- What registers do without the server: enrolments in the journal, caps, leases, provisional members, time.

-- `entry` takes a third kind. Its rows stay as they are; `undelivered` points at it and steps aside meanwhile.
CREATE TABLE undelivered_before AS SELECT * FROM undelivered;
DROP TABLE undelivered;
ALTER TABLE entry RENAME TO entry_before;
DROP INDEX entry_returning_sale;
DROP INDEX entry_in_clear;

CREATE TABLE entry (
  entry_id INTEGER PRIMARY KEY,  -- grows in the order of commits
  register_id TEXT NOT NULL,
  sequence INTEGER NOT NULL CHECK (sequence >= 1),
  receipt TEXT NOT NULL,  -- of an enrolment: the byte 1 and its provisional id
  kind INTEGER NOT NULL CHECK (kind IN (1, 2, 3)),  -- EntryKind: sale, return, enrolment
  content BLOB NOT NULL,                            -- moadon.v1.Sale, Return or OfflineEnrollment, sent unchanged for ever
  context BLOB NOT NULL,                            -- moadon.v1.RecordContext
  amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
  commit_time_us INTEGER NOT NULL,
  sale_register_id TEXT,
  sale_receipt TEXT,
  branch_id TEXT,
  business_day INTEGER,
  minute_of_day INTEGER CHECK (minute_of_day BETWEEN 0 AND 1439),
  points_minor INTEGER NOT NULL DEFAULT 0 CHECK (points_minor >= 0),
  points_milli INTEGER NOT NULL DEFAULT 0 CHECK (points_milli >= 0),
  gift_balance_minor INTEGER NOT NULL DEFAULT 0 CHECK (gift_balance_minor >= 0),
  form INTEGER NOT NULL DEFAULT 0 CHECK (form IN (0, 1, 2)),
  previous_chain BLOB CHECK ((previous_chain IS NULL) = (form < 2)),
  chain BLOB CHECK ((chain IS NULL) = (form < 2)),
  UNIQUE (register_id, sequence),
  UNIQUE (register_id, receipt),
  CHECK ((sale_register_id IS NULL) = (sale_receipt IS NULL))
) STRICT;
INSERT INTO entry (entry_id, register_id, sequence, receipt, kind, content, context, amount_minor, commit_time_us,
    sale_register_id, sale_receipt, branch_id, business_day, minute_of_day, points_minor, points_milli, gift_balance_minor,
    form, previous_chain, chain)
  SELECT entry_id, register_id, sequence, receipt, kind, content, context, amount_minor, commit_time_us,
    sale_register_id, sale_receipt, branch_id, business_day, minute_of_day, points_minor, points_milli, gift_balance_minor,
    form, previous_chain, chain FROM entry_before;
DROP TABLE entry_before;
CREATE INDEX entry_returning_sale ON entry (sale_register_id, sale_receipt) WHERE sale_receipt IS NOT NULL;
CREATE INDEX entry_in_clear ON entry (entry_id) WHERE form = 0;

CREATE TABLE undelivered (
  register_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  is_kept_back INTEGER NOT NULL CHECK (is_kept_back IN (0, 1)),  -- refused for good: tried rarely
  refusal BLOB,                                                  -- moadon.v1.Refusal, the last one
  is_altered INTEGER NOT NULL DEFAULT 0 CHECK (is_altered IN (0, 1)),
  PRIMARY KEY (register_id, sequence),
  FOREIGN KEY (register_id, sequence) REFERENCES entry (register_id, sequence)
) STRICT, WITHOUT ROWID;
INSERT INTO undelivered (register_id, sequence, is_kept_back, refusal, is_altered)
  SELECT register_id, sequence, is_kept_back, refusal, is_altered FROM undelivered_before;
DROP TABLE undelivered_before;

-- What an undelivered sale that was priced without the server took of what its register may give: points and benefits with
-- limits, parts of slices, leased rights. Sealed, as the rows below, so that nothing altered opens a cap. Goes with the delivery.
CREATE TABLE offline_use (
  register_id TEXT NOT NULL,
  sequence INTEGER NOT NULL CHECK (sequence >= 1),
  member_id TEXT NOT NULL,
  used BLOB NOT NULL,  -- sealed moadon.v1.OfflineTerms: what it took
  PRIMARY KEY (register_id, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX offline_use_by_member ON offline_use (register_id, member_id);

-- A hold that the agent made by itself, without the server: for whom, and what it sets aside (sealed moadon.v1.OfflineTerms).
-- NULL: the server's.
ALTER TABLE hold ADD COLUMN offline_member_id TEXT;
ALTER TABLE hold ADD COLUMN offline_use BLOB CHECK ((offline_use IS NULL) = (offline_member_id IS NULL));
CREATE INDEX hold_offline ON hold (register_id, state) WHERE offline_member_id IS NOT NULL;

-- Rights leased to a register, those included that an undelivered sale or an open hold uses.
CREATE TABLE right_lease (
  register_id TEXT NOT NULL,
  member_id TEXT NOT NULL,
  grant_id TEXT NOT NULL,
  lease BLOB NOT NULL,  -- sealed moadon.v1.LeasedRight
  PRIMARY KEY (register_id, member_id, grant_id)
) STRICT, WITHOUT ROWID;

-- Parts of club-wide limits, as the server gave them, less what delivered sales used.
CREATE TABLE budget_slice (
  register_id TEXT NOT NULL,
  benefit_id TEXT NOT NULL,
  slice BLOB NOT NULL,  -- sealed moadon.v1.BudgetSlice
  PRIMARY KEY (register_id, benefit_id)
) STRICT, WITHOUT ROWID;

-- TakeLeasesRequest.turn, written before the server is asked. It also grows when something here changes that an answer under way
-- does not know of: that answer is then dropped.
CREATE TABLE lease_turn (
  register_id TEXT PRIMARY KEY,
  turn INTEGER NOT NULL CHECK (turn >= 1)
) STRICT, WITHOUT ROWID;

-- Members enrolled without the server. The name is sealed for exactly this row; keys are keyed hashes.
CREATE TABLE provisional (
  provisional_id TEXT PRIMARY KEY,
  register_id TEXT NOT NULL,
  sequence INTEGER NOT NULL CHECK (sequence >= 1),
  stands_for TEXT NOT NULL,  -- the provisional id that its keys are known by; '': its own
  display_name BLOB NOT NULL,
  member_id TEXT NOT NULL,   -- '': the server has not said
  enroll_time_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE provisional_key (
  key_digest BLOB NOT NULL,
  provisional_id TEXT NOT NULL,
  PRIMARY KEY (key_digest, provisional_id)
) STRICT, WITHOUT ROWID;

-- The latest time that this agent has seen on its clock, or heard from the server. Set back only to what the server says.
CREATE TABLE clock (
  clock_id INTEGER PRIMARY KEY CHECK (clock_id = 1),
  latest_us INTEGER NOT NULL,
  -- The server's time less the time since the machine started, and which start that was ('': not known).
  boot_id TEXT NOT NULL,
  server_offset_us INTEGER NOT NULL
) STRICT;

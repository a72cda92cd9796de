-- Times are microseconds since 1970 in UTC (_us), dates days since 1970-01-01 (_day), amounts minor units, quantities
-- thousandths. member_id 0 is nobody: what no member is known for. Personal details are in member_details, member_keys,
-- member_consents and unclaimed_keys, nowhere else.

CREATE TABLE club (
  club_id INTEGER PRIMARY KEY CHECK (club_id = 1),
  digest_key BLOB NOT NULL,
  owner_token_hash BLOB NOT NULL
) STRICT;

CREATE TABLE programs (
  version INTEGER PRIMARY KEY CHECK (version >= 1),
  start_time_us INTEGER NOT NULL,
  publish_time_us INTEGER NOT NULL,
  document BLOB NOT NULL
) STRICT;

CREATE TABLE branches (
  branch_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  day_start_minutes INTEGER NOT NULL CHECK (day_start_minutes BETWEEN 0 AND 1439),
  revoke_time_us INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE registers (
  register_id TEXT PRIMARY KEY,
  branch_id TEXT NOT NULL REFERENCES branches (branch_id),
  name TEXT NOT NULL,
  replays_history INTEGER NOT NULL CHECK (replays_history IN (0, 1)),
  token_hash BLOB NOT NULL UNIQUE,
  revoke_time_us INTEGER,
  last_contact_us INTEGER,
  undelivered_count INTEGER NOT NULL DEFAULT 0 CHECK (undelivered_count >= 0),
  agent_version TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

-- Sums are of everything recorded; the stage is true from stage_since_day until the day before next_stage_day.
CREATE TABLE members (
  member_id INTEGER PRIMARY KEY CHECK (member_id > 0),
  snapshot INTEGER NOT NULL CHECK (snapshot >= 1),
  changed_us INTEGER NOT NULL,
  met_time_us INTEGER NOT NULL,
  met_day INTEGER NOT NULL CHECK (met_day BETWEEN -1 AND 2932896),
  enrolled_time_us INTEGER,
  enrolled_day INTEGER CHECK (enrolled_day BETWEEN -1 AND 2932896),
  sale_count INTEGER NOT NULL CHECK (sale_count >= 0),
  purchase_days INTEGER NOT NULL CHECK (purchase_days >= 0),
  first_purchase_day INTEGER,
  last_purchase_day INTEGER,
  net_spend_sum_minor INTEGER NOT NULL,
  last_fact_day INTEGER,
  last_return_day INTEGER,
  stage INTEGER NOT NULL CHECK (stage BETWEEN 0 AND 6),
  stage_since_day INTEGER,
  next_stage_day INTEGER
) STRICT;
CREATE UNIQUE INDEX members_by_change ON members (changed_us);
CREATE INDEX members_due ON members (next_stage_day) WHERE next_stage_day IS NOT NULL;

CREATE TABLE member_details (
  member_id INTEGER PRIMARY KEY REFERENCES members (member_id),
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL
) STRICT;

-- kind: 1 phone, 2 card, 3 wallet, 4 email. value is what is compared, shown what was given first; ending is the digits of a
-- phone or card, last digit first.
CREATE TABLE member_keys (
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 4),
  value TEXT NOT NULL,
  member_id INTEGER NOT NULL REFERENCES members (member_id),
  position INTEGER NOT NULL CHECK (position >= 1),
  shown TEXT NOT NULL,
  ending TEXT,
  PRIMARY KEY (kind, value)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX member_keys_by_member ON member_keys (member_id, position);
CREATE INDEX member_keys_by_ending ON member_keys (ending) WHERE ending IS NOT NULL;

CREATE TABLE member_consents (
  member_id INTEGER NOT NULL REFERENCES members (member_id),
  position INTEGER NOT NULL CHECK (position >= 1),
  channel INTEGER NOT NULL CHECK (channel BETWEEN 1 AND 4),
  granted INTEGER NOT NULL CHECK (granted IN (0, 1)),
  wording TEXT NOT NULL,
  occurred_us INTEGER NOT NULL,
  place TEXT NOT NULL,
  PRIMARY KEY (member_id, position)
) STRICT, WITHOUT ROWID;

-- Keys of sales and returns without receipt that nobody held when they came.
CREATE TABLE unclaimed_keys (
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 4),
  value TEXT NOT NULL,
  document_id INTEGER NOT NULL,
  document_kind INTEGER NOT NULL CHECK (document_kind IN (1, 2)),
  PRIMARY KEY (kind, value, document_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX unclaimed_keys_by_document ON unclaimed_keys (document_id);

-- The identity of every sale (kind 1) and return (kind 2).
CREATE TABLE receipts (
  register_id TEXT NOT NULL,
  receipt TEXT NOT NULL,
  kind INTEGER NOT NULL CHECK (kind IN (1, 2)),
  member_id INTEGER NOT NULL CHECK (member_id >= 0),
  document_id INTEGER NOT NULL CHECK (document_id > 0),
  digest BLOB NOT NULL,
  PRIMARY KEY (register_id, receipt)
) STRICT, WITHOUT ROWID;

CREATE TABLE sales (
  member_id INTEGER NOT NULL CHECK (member_id >= 0),
  sale_id INTEGER NOT NULL CHECK (sale_id > 0),
  register_id TEXT NOT NULL,
  receipt TEXT NOT NULL,
  branch_id TEXT NOT NULL,
  business_day INTEGER NOT NULL CHECK (business_day BETWEEN -1 AND 2932896),
  effective_time_us INTEGER NOT NULL,
  occurred_us INTEGER NOT NULL,
  corrected_us INTEGER,
  received_us INTEGER NOT NULL,
  program_version INTEGER NOT NULL,
  facts_snapshot INTEGER NOT NULL,
  line_count INTEGER NOT NULL CHECK (line_count >= 1),
  value_minor INTEGER NOT NULL CHECK (value_minor >= 0),
  paid_net_minor INTEGER NOT NULL CHECK (paid_net_minor >= 0),
  units_milli INTEGER NOT NULL CHECK (units_milli >= 0),
  spend_minor INTEGER NOT NULL CHECK (spend_minor >= 0),
  content BLOB NOT NULL,
  PRIMARY KEY (member_id, sale_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE sale_lines (
  member_id INTEGER NOT NULL,
  sale_id INTEGER NOT NULL,
  line_no INTEGER NOT NULL CHECK (line_no >= 1),
  line_id TEXT NOT NULL,
  sku TEXT NOT NULL,
  category TEXT NOT NULL,
  brand TEXT NOT NULL,
  quantity_milli INTEGER NOT NULL CHECK (quantity_milli > 0),
  unit_price_minor INTEGER NOT NULL CHECK (unit_price_minor >= 0),
  value_minor INTEGER NOT NULL CHECK (value_minor >= 0),
  paid_net_minor INTEGER NOT NULL CHECK (paid_net_minor >= 0),
  is_deposit INTEGER NOT NULL CHECK (is_deposit IN (0, 1)),
  returned_milli INTEGER NOT NULL CHECK (returned_milli BETWEEN 0 AND quantity_milli),
  refunded_minor INTEGER NOT NULL CHECK (refunded_minor BETWEEN 0 AND paid_net_minor),
  PRIMARY KEY (member_id, sale_id, line_no)
) STRICT, WITHOUT ROWID;

-- A return counts from applied_day on, against purchase_day. Both are NULL while it waits for its sale. units_milli and
-- spend_minor are what it takes from the member's.
CREATE TABLE returns (
  member_id INTEGER NOT NULL CHECK (member_id >= 0),
  return_id INTEGER NOT NULL CHECK (return_id > 0),
  register_id TEXT NOT NULL,
  receipt TEXT NOT NULL,
  branch_id TEXT NOT NULL,
  original_register_id TEXT,
  original_receipt TEXT,
  sale_id INTEGER,
  business_day INTEGER NOT NULL CHECK (business_day BETWEEN -1 AND 2932896),
  effective_time_us INTEGER NOT NULL,
  occurred_us INTEGER NOT NULL,
  corrected_us INTEGER,
  received_us INTEGER NOT NULL,
  purchase_day INTEGER,
  applied_day INTEGER,
  applied_time_us INTEGER,
  line_count INTEGER NOT NULL CHECK (line_count >= 1),
  value_minor INTEGER NOT NULL CHECK (value_minor >= 0),
  refund_minor INTEGER NOT NULL CHECK (refund_minor >= 0),
  units_milli INTEGER NOT NULL CHECK (units_milli >= 0),
  spend_minor INTEGER NOT NULL CHECK (spend_minor >= 0),
  content BLOB NOT NULL,
  PRIMARY KEY (member_id, return_id),
  CHECK ((original_register_id IS NULL) = (original_receipt IS NULL)),
  CHECK ((purchase_day IS NULL) = (applied_day IS NULL)),
  CHECK ((applied_time_us IS NULL) = (applied_day IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX returns_of_sale ON returns (member_id, sale_id);

CREATE TABLE return_lines (
  member_id INTEGER NOT NULL,
  return_id INTEGER NOT NULL,
  line_no INTEGER NOT NULL CHECK (line_no >= 1),
  line_id TEXT NOT NULL,
  original_line_id TEXT NOT NULL,
  sku TEXT NOT NULL,
  category TEXT NOT NULL,
  brand TEXT NOT NULL,
  quantity_milli INTEGER NOT NULL CHECK (quantity_milli > 0),
  unit_price_minor INTEGER NOT NULL CHECK (unit_price_minor >= 0),
  value_minor INTEGER NOT NULL CHECK (value_minor >= 0),
  paid_back_minor INTEGER,
  is_deposit INTEGER NOT NULL CHECK (is_deposit IN (0, 1)),
  taken_milli INTEGER NOT NULL CHECK (taken_milli BETWEEN 0 AND quantity_milli),
  taken_refund_minor INTEGER NOT NULL CHECK (taken_refund_minor >= 0),
  PRIMARY KEY (member_id, return_id, line_no)
) STRICT, WITHOUT ROWID;

-- Returns whose sale is not here, by the sale.
CREATE TABLE waiting_returns (
  original_register_id TEXT NOT NULL,
  original_receipt TEXT NOT NULL,
  return_id INTEGER NOT NULL,
  PRIMARY KEY (original_register_id, original_receipt, return_id)
) STRICT, WITHOUT ROWID;

-- What is kept of each purchase day; a return without receipt lowers the spend of its own.
CREATE TABLE member_days (
  member_id INTEGER NOT NULL CHECK (member_id > 0),
  day INTEGER NOT NULL,
  units_milli INTEGER NOT NULL CHECK (units_milli >= 0),
  spend_minor INTEGER NOT NULL,
  PRIMARY KEY (member_id, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE stage_moves (
  member_id INTEGER NOT NULL CHECK (member_id > 0),
  move_day INTEGER NOT NULL,
  from_stage INTEGER NOT NULL CHECK (from_stage BETWEEN 0 AND 6),
  to_stage INTEGER NOT NULL CHECK (to_stage BETWEEN 1 AND 6),
  reason INTEGER NOT NULL CHECK (reason BETWEEN 1 AND 8),
  purchase_days INTEGER NOT NULL,
  silent_days INTEGER NOT NULL,
  rhythm_days_milli INTEGER NOT NULL,
  window_purchase_days INTEGER NOT NULL,
  window_spend_minor INTEGER NOT NULL,
  program_version INTEGER NOT NULL,
  PRIMARY KEY (member_id, move_day)
) STRICT, WITHOUT ROWID;

CREATE TABLE differences (
  register_id TEXT NOT NULL,
  receipt TEXT NOT NULL,
  position INTEGER NOT NULL CHECK (position >= 1),
  document BLOB NOT NULL,
  PRIMARY KEY (register_id, receipt, position)
) STRICT, WITHOUT ROWID;

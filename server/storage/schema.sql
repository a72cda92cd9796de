-- What all migrations together make: for reading, and held equal to them by a test. Comments are in the migrations.

CREATE TABLE benefit_uses (
  member_id INTEGER NOT NULL CHECK (member_id >= 0),
  benefit_id TEXT NOT NULL,
  day INTEGER NOT NULL,
  sale_id INTEGER NOT NULL CHECK (sale_id > 0),
  saved_minor INTEGER NOT NULL CHECK (saved_minor >= 0),
  is_standing INTEGER NOT NULL CHECK (is_standing IN (0, 1)),
  PRIMARY KEY (member_id, benefit_id, day, sale_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE branches (
  branch_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  day_start_minutes INTEGER NOT NULL CHECK (day_start_minutes BETWEEN 0 AND 1439),
  revoke_time_us INTEGER
, region_id TEXT NOT NULL DEFAULT '') STRICT, WITHOUT ROWID;

CREATE TABLE budget_slices (
  benefit_id TEXT NOT NULL,
  register_id TEXT NOT NULL,
  amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
  use_count INTEGER NOT NULL CHECK (use_count >= 0),
  end_us INTEGER NOT NULL,
  PRIMARY KEY (benefit_id, register_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE club (
  club_id INTEGER PRIMARY KEY CHECK (club_id = 1),
  digest_key BLOB NOT NULL,
  owner_token_hash BLOB NOT NULL
) STRICT;

CREATE TABLE club_uses (
  benefit_id TEXT NOT NULL,
  register_id TEXT NOT NULL,
  use_count INTEGER NOT NULL CHECK (use_count >= 0),
  saved_minor INTEGER NOT NULL CHECK (saved_minor >= 0),
  PRIMARY KEY (benefit_id, register_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE "decisions" (
  request_id TEXT PRIMARY KEY,
  kind INTEGER NOT NULL CHECK (kind >= 1),
  member_id INTEGER NOT NULL REFERENCES members (member_id),
  digest BLOB NOT NULL,
  decision_day INTEGER NOT NULL,
  note TEXT NOT NULL,
  actor TEXT NOT NULL,
  record_us INTEGER NOT NULL,
  answer BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX decisions_by_member ON decisions (member_id, record_us);

CREATE TABLE differences (
  register_id TEXT NOT NULL,
  receipt TEXT NOT NULL,
  position INTEGER NOT NULL CHECK (position >= 1),
  document BLOB NOT NULL,
  PRIMARY KEY (register_id, receipt, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE erased_keys (
  digest BLOB PRIMARY KEY,
  member_id INTEGER NOT NULL REFERENCES members (member_id),
  erase_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

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
  settle_note TEXT NOT NULL, chain BLOB CHECK (length(chain) = 32),
  PRIMARY KEY (register_id, journal_id, sequence),
  CHECK ((content IS NULL) = (settle_us IS NOT NULL)),
  CHECK ((context IS NULL) = (settle_us IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX handed_over_by_chain ON handed_over (register_id, chain, settle_us);
CREATE INDEX handed_over_by_time ON handed_over (hand_us, register_id, journal_id, sequence);

CREATE TABLE hold_points (
  member_id INTEGER NOT NULL,
  hold_id INTEGER NOT NULL,
  lot_number INTEGER NOT NULL CHECK (lot_number >= 1),
  points_milli INTEGER NOT NULL CHECK (points_milli > 0),
  PRIMARY KEY (member_id, hold_id, lot_number),
  FOREIGN KEY (member_id, hold_id) REFERENCES holds (member_id, hold_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE hold_rights (
  member_id INTEGER NOT NULL,
  hold_id INTEGER NOT NULL,
  grant_id INTEGER NOT NULL,
  use_count INTEGER NOT NULL CHECK (use_count >= 1),
  amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
  PRIMARY KEY (member_id, hold_id, grant_id),
  FOREIGN KEY (member_id, hold_id) REFERENCES holds (member_id, hold_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE holds (
  member_id INTEGER NOT NULL REFERENCES members (member_id),
  hold_id INTEGER NOT NULL CHECK (hold_id > 0),
  register_id TEXT NOT NULL,
  request_id TEXT NOT NULL,
  digest BLOB NOT NULL,
  points_milli INTEGER NOT NULL CHECK (points_milli >= 0),
  place_day INTEGER NOT NULL,
  place_us INTEGER NOT NULL,
  expire_us INTEGER NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
  end_us INTEGER,
  PRIMARY KEY (member_id, hold_id),
  CHECK ((state = 1) = (end_us IS NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX holds_by_id ON holds (hold_id);
CREATE UNIQUE INDEX holds_by_request ON holds (register_id, request_id);
CREATE INDEX holds_open ON holds (expire_us) WHERE state = 1;

CREATE TABLE journal_places (
  register_id TEXT NOT NULL,
  journal_id BLOB NOT NULL CHECK (length(journal_id) = 16),
  sequence INTEGER NOT NULL CHECK (sequence > 0),
  chain BLOB NOT NULL CHECK (length(chain) = 32),
  PRIMARY KEY (register_id, journal_id, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE late_facts (
  fact_day INTEGER NOT NULL,
  receive_day INTEGER NOT NULL,
  fact_count INTEGER NOT NULL CHECK (fact_count >= 1),
  last_receive_us INTEGER NOT NULL,
  PRIMARY KEY (fact_day, receive_day)
) STRICT, WITHOUT ROWID;

CREATE TABLE lease_turns (
  register_id TEXT PRIMARY KEY,
  turn INTEGER NOT NULL CHECK (turn >= 1),
  turn_us INTEGER NOT NULL
, journal_id BLOB CHECK (length(journal_id) = 16)) STRICT, WITHOUT ROWID;

CREATE TABLE left_journals (
  register_id TEXT NOT NULL,
  journal_id BLOB NOT NULL CHECK (length(journal_id) = 16),
  leave_us INTEGER NOT NULL,
  PRIMARY KEY (register_id, journal_id)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE member_asks (
  member_id INTEGER NOT NULL REFERENCES members (member_id),
  field TEXT NOT NULL,
  ask_us INTEGER NOT NULL,
  PRIMARY KEY (member_id, field)
) STRICT, WITHOUT ROWID;

CREATE TABLE member_branches (
  member_id INTEGER NOT NULL CHECK (member_id > 0),
  branch_id TEXT NOT NULL,
  last_day INTEGER NOT NULL CHECK (last_day BETWEEN -1 AND 2932896),
  PRIMARY KEY (member_id, branch_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_branches_by_day ON member_branches (branch_id, last_day);

CREATE TABLE member_confirmations (
  member_id INTEGER NOT NULL REFERENCES members (member_id),
  field TEXT NOT NULL,
  confirm_us INTEGER NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (member_id, field)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE member_custom_values (
  member_id INTEGER NOT NULL REFERENCES members (member_id),
  field_id TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (member_id, field_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE member_days (
  member_id INTEGER NOT NULL CHECK (member_id > 0),
  day INTEGER NOT NULL,
  units_milli INTEGER NOT NULL CHECK (units_milli >= 0),
  spend_minor INTEGER NOT NULL,
  PRIMARY KEY (member_id, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE member_details (
  member_id INTEGER PRIMARY KEY REFERENCES members (member_id),
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL
, birth_date TEXT NOT NULL DEFAULT '', anniversary_date TEXT NOT NULL DEFAULT '', gender INTEGER NOT NULL DEFAULT 0 CHECK (gender BETWEEN 0 AND 3), family_status INTEGER NOT NULL DEFAULT 0 CHECK (family_status BETWEEN 0 AND 4), city TEXT NOT NULL DEFAULT '', language_code TEXT NOT NULL DEFAULT '', preferred_channel INTEGER NOT NULL DEFAULT 0 CHECK (preferred_channel BETWEEN 0 AND 4)) STRICT;

CREATE TABLE member_groups (
  group_id TEXT PRIMARY KEY,
  document BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE member_keys (
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 4),
  value TEXT NOT NULL,
  member_id INTEGER NOT NULL REFERENCES members (member_id),
  position INTEGER NOT NULL CHECK (position >= 1),
  shown TEXT NOT NULL,
  ending TEXT,
  PRIMARY KEY (kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_keys_by_ending ON member_keys (ending) WHERE ending IS NOT NULL;
CREATE UNIQUE INDEX member_keys_by_member ON member_keys (member_id, position);

CREATE TABLE member_notes (
  member_id INTEGER NOT NULL REFERENCES members (member_id),
  position INTEGER NOT NULL CHECK (position >= 1),
  note_us INTEGER NOT NULL,
  note TEXT NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (member_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE member_origins (
  member_id INTEGER PRIMARY KEY REFERENCES members (member_id),
  branch_us INTEGER NOT NULL,
  branch_id TEXT NOT NULL,
  source_us INTEGER,
  source_kind INTEGER NOT NULL CHECK (source_kind BETWEEN 0 AND 6),
  source_name TEXT NOT NULL
) STRICT;

CREATE TABLE member_reviews (
  member_id INTEGER NOT NULL REFERENCES members (member_id),
  position INTEGER NOT NULL CHECK (position >= 1),
  outcome INTEGER NOT NULL CHECK (outcome BETWEEN 1 AND 3),
  review_day INTEGER NOT NULL,
  review_us INTEGER NOT NULL,
  note TEXT NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (member_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE member_signs (
  member_id INTEGER NOT NULL CHECK (member_id > 0),
  sign_us INTEGER NOT NULL,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 5),
  sign_day INTEGER NOT NULL,
  branch_id TEXT NOT NULL,
  source_kind INTEGER NOT NULL CHECK (source_kind BETWEEN 0 AND 6),
  source_name TEXT NOT NULL,
  PRIMARY KEY (member_id, sign_us, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE member_tags (
  member_id INTEGER NOT NULL REFERENCES members (member_id),
  tag TEXT NOT NULL,
  PRIMARY KEY (member_id, tag)
) STRICT, WITHOUT ROWID;

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
, points_deficit_milli INTEGER NOT NULL DEFAULT 0 CHECK (points_deficit_milli >= 0), points_entry_number INTEGER NOT NULL DEFAULT 0 CHECK (points_entry_number >= 0), next_points_day INTEGER, tier_id TEXT NOT NULL DEFAULT '', tier_since_day INTEGER, next_tier_day INTEGER, right_count INTEGER NOT NULL DEFAULT 0 CHECK (right_count >= 0), use_count INTEGER NOT NULL DEFAULT 0 CHECK (use_count >= 0), tag_count INTEGER NOT NULL DEFAULT 0 CHECK (tag_count >= 0), lock_count INTEGER NOT NULL DEFAULT 0 CHECK (lock_count >= 0), next_due_day INTEGER, merged_into INTEGER, merge_count INTEGER NOT NULL DEFAULT 0 CHECK (merge_count >= 0), sign_count INTEGER NOT NULL DEFAULT 0 CHECK (sign_count >= 0), archive_us INTEGER, refuse_us INTEGER, erase_us INTEGER, key_kinds INTEGER NOT NULL DEFAULT 0 CHECK (key_kinds BETWEEN 0 AND 15), last_ask_us INTEGER) STRICT;
CREATE UNIQUE INDEX members_by_change ON members (changed_us);
CREATE INDEX members_due ON members (next_due_day) WHERE next_due_day IS NOT NULL;

CREATE TABLE merges (
  lost_id INTEGER NOT NULL REFERENCES members (member_id),
  position INTEGER NOT NULL CHECK (position >= 1),
  kept_id INTEGER NOT NULL REFERENCES members (member_id),
  request_id TEXT NOT NULL,
  merge_us INTEGER NOT NULL,
  merge_day INTEGER NOT NULL,
  undo_request_id TEXT NOT NULL,
  undo_us INTEGER,
  undo_day INTEGER,
  PRIMARY KEY (lost_id, position),
  CHECK (lost_id <> kept_id),
  CHECK ((undo_us IS NULL) = (undo_day IS NULL)),
  CHECK ((undo_us IS NULL) = (undo_request_id = ''))
) STRICT, WITHOUT ROWID;
CREATE INDEX merges_by_kept ON merges (kept_id);

CREATE TABLE points_entries (
  member_id INTEGER NOT NULL CHECK (member_id > 0),
  entry_number INTEGER NOT NULL CHECK (entry_number >= 1),
  entry_day INTEGER NOT NULL,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 9),
  points_milli INTEGER NOT NULL,
  source TEXT NOT NULL,
  lot_number INTEGER NOT NULL CHECK (lot_number >= 0),
  record_us INTEGER NOT NULL,
  PRIMARY KEY (member_id, entry_number)
) STRICT, WITHOUT ROWID;

CREATE TABLE points_lots (
  member_id INTEGER NOT NULL CHECK (member_id > 0),
  lot_number INTEGER NOT NULL CHECK (lot_number >= 1),
  source TEXT NOT NULL,
  usable_day INTEGER NOT NULL,
  expire_day INTEGER,
  granted_milli INTEGER NOT NULL CHECK (granted_milli > 0),
  left_milli INTEGER NOT NULL CHECK (left_milli >= 0),
  held_milli INTEGER NOT NULL CHECK (held_milli >= 0),
  spent_milli INTEGER NOT NULL CHECK (spent_milli >= 0),
  expired_milli INTEGER NOT NULL CHECK (expired_milli >= 0),
  reversed_milli INTEGER NOT NULL CHECK (reversed_milli >= 0),
  deficit_paid_milli INTEGER NOT NULL CHECK (deficit_paid_milli >= 0),
  PRIMARY KEY (member_id, lot_number),
  CHECK (granted_milli = left_milli + held_milli + spent_milli + expired_milli + reversed_milli + deficit_paid_milli)
) STRICT, WITHOUT ROWID;
CREATE INDEX points_lots_live ON points_lots (member_id) WHERE left_milli + held_milli > 0;

CREATE TABLE programs (
  version INTEGER PRIMARY KEY CHECK (version >= 1),
  start_time_us INTEGER NOT NULL,
  publish_time_us INTEGER NOT NULL,
  document BLOB NOT NULL
) STRICT;

CREATE TABLE provisional_members (
  register_id TEXT NOT NULL,
  provisional_id TEXT NOT NULL,
  member_id INTEGER NOT NULL CHECK (member_id > 0),
  record_us INTEGER NOT NULL,
  PRIMARY KEY (register_id, provisional_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE receipts (
  register_id TEXT NOT NULL,
  receipt TEXT NOT NULL,
  kind INTEGER NOT NULL CHECK (kind IN (1, 2)),
  member_id INTEGER NOT NULL CHECK (member_id >= 0),
  document_id INTEGER NOT NULL CHECK (document_id > 0),
  digest BLOB NOT NULL,
  PRIMARY KEY (register_id, receipt)
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
  content BLOB NOT NULL, earned_back_milli INTEGER NOT NULL DEFAULT 0, spent_back_milli INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (member_id, return_id),
  CHECK ((original_register_id IS NULL) = (original_receipt IS NULL)),
  CHECK ((purchase_day IS NULL) = (applied_day IS NULL)),
  CHECK ((applied_time_us IS NULL) = (applied_day IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX returns_of_sale ON returns (member_id, sale_id);

CREATE TABLE right_leases (
  member_id INTEGER NOT NULL CHECK (member_id > 0),
  grant_id INTEGER NOT NULL CHECK (grant_id > 0),
  register_id TEXT NOT NULL,
  end_us INTEGER NOT NULL,
  is_called_back INTEGER NOT NULL CHECK (is_called_back IN (0, 1)),
  PRIMARY KEY (member_id, grant_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX right_leases_by_register ON right_leases (register_id, end_us);

CREATE TABLE right_uses (
  member_id INTEGER NOT NULL CHECK (member_id > 0),
  sale_id INTEGER NOT NULL CHECK (sale_id > 0),
  position INTEGER NOT NULL CHECK (position >= 1),
  grant_id INTEGER NOT NULL,
  use_count INTEGER NOT NULL CHECK (use_count >= 0),
  amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
  is_standing INTEGER NOT NULL CHECK (is_standing IN (0, 1)),
  PRIMARY KEY (member_id, sale_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX right_uses_by_grant ON right_uses (member_id, grant_id);

CREATE TABLE rights (
  member_id INTEGER NOT NULL CHECK (member_id > 0),
  grant_id INTEGER NOT NULL CHECK (grant_id > 0),
  right_id TEXT NOT NULL,
  source TEXT NOT NULL,
  sale_id INTEGER NOT NULL CHECK (sale_id >= 0),
  position INTEGER NOT NULL CHECK (position >= 0),
  granted_day INTEGER NOT NULL,
  from_day INTEGER NOT NULL,
  until_day INTEGER,
  use_count INTEGER NOT NULL CHECK (use_count >= 1),
  amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
  is_single_use INTEGER NOT NULL CHECK (is_single_use IN (0, 1)),
  uses_left INTEGER NOT NULL CHECK (uses_left >= 0),
  amount_left_minor INTEGER NOT NULL CHECK (amount_left_minor >= 0),
  uses_held INTEGER NOT NULL CHECK (uses_held >= 0),
  amount_held_minor INTEGER NOT NULL CHECK (amount_held_minor >= 0),
  withdrawn_day INTEGER,
  record_us INTEGER NOT NULL,
  PRIMARY KEY (member_id, grant_id),
  CHECK (amount_minor > 0 OR uses_left + uses_held <= use_count),
  CHECK (amount_left_minor + amount_held_minor <= amount_minor)
) STRICT, WITHOUT ROWID;
CREATE INDEX rights_live ON rights (member_id) WHERE uses_left > 0 AND withdrawn_day IS NULL;

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
  refunded_minor INTEGER NOT NULL CHECK (refunded_minor BETWEEN 0 AND paid_net_minor), business_day INTEGER NOT NULL DEFAULT -1,
  PRIMARY KEY (member_id, sale_id, line_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE sale_points (
  member_id INTEGER NOT NULL CHECK (member_id > 0),
  sale_id INTEGER NOT NULL CHECK (sale_id > 0),
  lot_number INTEGER NOT NULL CHECK (lot_number >= 1),
  points_milli INTEGER NOT NULL CHECK (points_milli > 0),
  PRIMARY KEY (member_id, sale_id, lot_number)
) STRICT, WITHOUT ROWID;

CREATE TABLE sale_verdicts (
  member_id INTEGER NOT NULL CHECK (member_id >= 0),
  sale_id INTEGER NOT NULL CHECK (sale_id > 0),
  occasion_day INTEGER NOT NULL,
  occasion_minute INTEGER NOT NULL CHECK (occasion_minute BETWEEN 0 AND 1439),
  verdict BLOB NOT NULL,
  facts BLOB NOT NULL,
  lot_number INTEGER NOT NULL CHECK (lot_number >= 0),
  earned_milli INTEGER NOT NULL CHECK (earned_milli >= 0),
  spent_milli INTEGER NOT NULL CHECK (spent_milli >= 0),
  PRIMARY KEY (member_id, sale_id)
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

CREATE TABLE settings (
  settings_id INTEGER PRIMARY KEY CHECK (settings_id = 1),
  revision INTEGER NOT NULL CHECK (revision >= 1),
  document BLOB NOT NULL
) STRICT;

CREATE TABLE "stage_moves" (
  member_id INTEGER NOT NULL CHECK (member_id > 0),
  move_day INTEGER NOT NULL,
  from_stage INTEGER NOT NULL CHECK (from_stage BETWEEN 0 AND 6),
  to_stage INTEGER NOT NULL CHECK (to_stage BETWEEN 0 AND 6),
  reason INTEGER NOT NULL CHECK (reason BETWEEN 1 AND 9),
  purchase_days INTEGER NOT NULL,
  silent_days INTEGER NOT NULL,
  rhythm_days_milli INTEGER NOT NULL,
  window_purchase_days INTEGER NOT NULL,
  window_spend_minor INTEGER NOT NULL,
  program_version INTEGER NOT NULL,
  PRIMARY KEY (member_id, move_day)
) STRICT, WITHOUT ROWID;

CREATE TABLE tier_gifts (
  member_id INTEGER NOT NULL CHECK (member_id > 0),
  tier_id TEXT NOT NULL,
  given_day INTEGER NOT NULL,
  grant_id INTEGER NOT NULL CHECK (grant_id >= 0),
  lot_number INTEGER NOT NULL CHECK (lot_number >= 0),
  points_milli INTEGER NOT NULL CHECK (points_milli >= 0),
  withdrawn_day INTEGER,
  PRIMARY KEY (member_id, tier_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE tier_locks (
  member_id INTEGER NOT NULL REFERENCES members (member_id),
  position INTEGER NOT NULL CHECK (position >= 1),
  request_id TEXT NOT NULL,
  tier_id TEXT NOT NULL,
  from_day INTEGER NOT NULL,
  until_day INTEGER NOT NULL,
  note TEXT NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (member_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE "tier_moves" (
  member_id INTEGER NOT NULL CHECK (member_id > 0),
  position INTEGER NOT NULL CHECK (position >= 1),
  move_day INTEGER NOT NULL,
  from_tier_id TEXT NOT NULL,
  to_tier_id TEXT NOT NULL,
  reason INTEGER NOT NULL CHECK (reason BETWEEN 1 AND 6),
  window_spend_minor INTEGER NOT NULL,
  window_purchase_days INTEGER NOT NULL,
  program_version INTEGER NOT NULL,
  PRIMARY KEY (member_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE unclaimed_keys (
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 4),
  value TEXT NOT NULL,
  document_id INTEGER NOT NULL,
  document_kind INTEGER NOT NULL CHECK (document_kind IN (1, 2)),
  PRIMARY KEY (kind, value, document_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX unclaimed_keys_by_document ON unclaimed_keys (document_id);

CREATE TABLE unclaimed_names (
  register_id TEXT NOT NULL,
  provisional_id TEXT NOT NULL,
  document_id INTEGER NOT NULL,
  document_kind INTEGER NOT NULL CHECK (document_kind IN (1, 2)),  -- as in receipts
  PRIMARY KEY (register_id, provisional_id, document_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX unclaimed_names_by_document ON unclaimed_names (document_id);

CREATE TABLE waiting_returns (
  original_register_id TEXT NOT NULL,
  original_receipt TEXT NOT NULL,
  return_id INTEGER NOT NULL,
  PRIMARY KEY (original_register_id, original_receipt, return_id)
) STRICT, WITHOUT ROWID;

-- Points, rights, tiers and what sales were promised. Units as in 0001; points are thousandths (_milli).

-- Points that can be spent are in points_lots; points_entry_number is the member's last entry. The counts say how many rows
-- there are in rights, benefit_uses, member_tags and tier_locks, so that a member without any is not looked for there.
-- next_due_day is the earliest of next_stage_day, next_tier_day and next_points_day.
ALTER TABLE members ADD COLUMN points_deficit_milli INTEGER NOT NULL DEFAULT 0 CHECK (points_deficit_milli >= 0);
ALTER TABLE members ADD COLUMN points_entry_number INTEGER NOT NULL DEFAULT 0 CHECK (points_entry_number >= 0);
ALTER TABLE members ADD COLUMN next_points_day INTEGER;
ALTER TABLE members ADD COLUMN tier_id TEXT NOT NULL DEFAULT '';
ALTER TABLE members ADD COLUMN tier_since_day INTEGER;
ALTER TABLE members ADD COLUMN next_tier_day INTEGER;
ALTER TABLE members ADD COLUMN right_count INTEGER NOT NULL DEFAULT 0 CHECK (right_count >= 0);
ALTER TABLE members ADD COLUMN use_count INTEGER NOT NULL DEFAULT 0 CHECK (use_count >= 0);
ALTER TABLE members ADD COLUMN tag_count INTEGER NOT NULL DEFAULT 0 CHECK (tag_count >= 0);
ALTER TABLE members ADD COLUMN lock_count INTEGER NOT NULL DEFAULT 0 CHECK (lock_count >= 0);
ALTER TABLE members ADD COLUMN next_due_day INTEGER;
UPDATE members SET next_due_day = next_stage_day;
DROP INDEX members_due;
CREATE INDEX members_due ON members (next_due_day) WHERE next_due_day IS NOT NULL;

-- YYYY-MM-DD; empty: not known.
ALTER TABLE member_details ADD COLUMN birth_date TEXT NOT NULL DEFAULT '';
ALTER TABLE member_details ADD COLUMN anniversary_date TEXT NOT NULL DEFAULT '';

CREATE TABLE member_tags (
  member_id INTEGER NOT NULL REFERENCES members (member_id),
  tag TEXT NOT NULL,
  PRIMARY KEY (member_id, tag)
) STRICT, WITHOUT ROWID;

-- Every point granted is in one state. lot_number is the entry that began the lot.
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

-- The ledger. Never changed, never removed. kind is v1.PointsEntryKind; lot_number 0 is a deficit. Note and actor of a decision
-- are in decisions, whose request_id is then the source.
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

-- Rights granted: by a sale (sale_id, and position in the verdict's rights_granted), a decision or a tier (sale_id 0). A coupon
-- counts uses; a voucher has an amount, one use while any of it is left, and one held use per hold. Held is what open holds set aside: of a voucher
-- their number and their amounts.
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

-- Uses of rights by sales, by their position in the verdict's rights_used: what was there to be used, and whether the kept
-- units still use it.
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

-- Sales in which a benefit was used. Those that came back whole are not standing and do not count.
CREATE TABLE benefit_uses (
  member_id INTEGER NOT NULL CHECK (member_id >= 0),
  benefit_id TEXT NOT NULL,
  day INTEGER NOT NULL,
  sale_id INTEGER NOT NULL CHECK (sale_id > 0),
  saved_minor INTEGER NOT NULL CHECK (saved_minor >= 0),
  is_standing INTEGER NOT NULL CHECK (is_standing IN (0, 1)),
  PRIMARY KEY (member_id, benefit_id, day, sale_id)
) STRICT, WITHOUT ROWID;

-- The same of the whole club, by register so that no two write one row; their sums are what limits look at.
CREATE TABLE club_uses (
  benefit_id TEXT NOT NULL,
  register_id TEXT NOT NULL,
  use_count INTEGER NOT NULL CHECK (use_count >= 0),
  saved_minor INTEGER NOT NULL CHECK (saved_minor >= 0),
  PRIMARY KEY (benefit_id, register_id)
) STRICT, WITHOUT ROWID;

-- What the rules said of a sale, where they had more to say than prices: v1.Quote without reasons and texts, the v1.MemberFacts
-- it was made from and the moment it was made for, in the branch's terms; and what of it the ledger keeps now. lot_number 0: it
-- earned no points.
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

-- What a return took back of the points that its sale earned, and gave back of those that it spent.
ALTER TABLE returns ADD COLUMN earned_back_milli INTEGER NOT NULL DEFAULT 0;
ALTER TABLE returns ADD COLUMN spent_back_milli INTEGER NOT NULL DEFAULT 0;

-- From which lots the points came that a sale still spends; what is missing in their sum was not there.
CREATE TABLE sale_points (
  member_id INTEGER NOT NULL CHECK (member_id > 0),
  sale_id INTEGER NOT NULL CHECK (sale_id > 0),
  lot_number INTEGER NOT NULL CHECK (lot_number >= 1),
  points_milli INTEGER NOT NULL CHECK (points_milli > 0),
  PRIMARY KEY (member_id, sale_id, lot_number)
) STRICT, WITHOUT ROWID;

-- state: 1 open, 2 used by a sale, 3 cancelled, 4 lapsed. digest is of the request.
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

-- Moves between tiers, oldest first by position.
CREATE TABLE tier_moves (
  member_id INTEGER NOT NULL CHECK (member_id > 0),
  position INTEGER NOT NULL CHECK (position >= 1),
  move_day INTEGER NOT NULL,
  from_tier_id TEXT NOT NULL,
  to_tier_id TEXT NOT NULL,
  reason INTEGER NOT NULL CHECK (reason BETWEEN 1 AND 5),
  window_spend_minor INTEGER NOT NULL,
  window_purchase_days INTEGER NOT NULL,
  program_version INTEGER NOT NULL,
  PRIMARY KEY (member_id, position)
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

-- Entry gifts, once per member and tier: a right (grant_id) or points (lot_number), else 0. withdrawn_day: taken back, because
-- the rise was undone.
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

-- What owners decided by hand, each once. kind: 1 points, 2 right, 3 tier. digest is of the request; answer is the response as it was
-- first given, repeated to whoever asks again.
CREATE TABLE decisions (
  request_id TEXT PRIMARY KEY,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 3),
  member_id INTEGER NOT NULL REFERENCES members (member_id),
  digest BLOB NOT NULL,
  decision_day INTEGER NOT NULL,
  note TEXT NOT NULL,
  actor TEXT NOT NULL,
  record_us INTEGER NOT NULL,
  answer BLOB NOT NULL
) STRICT, WITHOUT ROWID;

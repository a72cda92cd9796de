-- People before, beside and after their purchases: profiles, interest, merges, groups, weeks. Units as in 0001.

-- merged_into: the member whom this one is part of now. merge_count: merges it ever had a part in, on either side; sign_count: rows in
-- member_signs; of 0 nobody needs to look. archive_us: archived then, and nothing bought since. refuse_us: wants no services
-- since then. erase_us: details erased then. key_kinds: of the keys in member_keys, the sum of 1 << (kind - 1); last_ask_us: the
-- latest in member_asks; both so that knowing a member takes no look at either.
ALTER TABLE members ADD COLUMN merged_into INTEGER;
ALTER TABLE members ADD COLUMN merge_count INTEGER NOT NULL DEFAULT 0 CHECK (merge_count >= 0);
ALTER TABLE members ADD COLUMN sign_count INTEGER NOT NULL DEFAULT 0 CHECK (sign_count >= 0);
ALTER TABLE members ADD COLUMN archive_us INTEGER;
ALTER TABLE members ADD COLUMN refuse_us INTEGER;
ALTER TABLE members ADD COLUMN erase_us INTEGER;
ALTER TABLE members ADD COLUMN key_kinds INTEGER NOT NULL DEFAULT 0 CHECK (key_kinds BETWEEN 0 AND 15);
ALTER TABLE members ADD COLUMN last_ask_us INTEGER;
UPDATE members SET key_kinds = COALESCE((
  SELECT SUM(DISTINCT 1 << (k.kind - 1)) FROM member_keys k WHERE k.member_id = members.member_id), 0);

-- v1.Gender, v1.FamilyStatus, v1.ContactChannel; 0 and '': not known.
ALTER TABLE member_details ADD COLUMN gender INTEGER NOT NULL DEFAULT 0 CHECK (gender BETWEEN 0 AND 3);
ALTER TABLE member_details ADD COLUMN family_status INTEGER NOT NULL DEFAULT 0 CHECK (family_status BETWEEN 0 AND 4);
ALTER TABLE member_details ADD COLUMN city TEXT NOT NULL DEFAULT '';
ALTER TABLE member_details ADD COLUMN language_code TEXT NOT NULL DEFAULT '';
ALTER TABLE member_details ADD COLUMN preferred_channel INTEGER NOT NULL DEFAULT 0 CHECK (preferred_channel BETWEEN 0 AND 4);

-- Where a member came from: branch of the earliest contact, and the source that the earliest contact with one named. Stays when the details are
-- erased.
CREATE TABLE member_origins (
  member_id INTEGER PRIMARY KEY REFERENCES members (member_id),
  branch_us INTEGER NOT NULL,
  branch_id TEXT NOT NULL,
  source_us INTEGER,
  source_kind INTEGER NOT NULL CHECK (source_kind BETWEEN 0 AND 6),
  source_name TEXT NOT NULL
) STRICT;

-- Of members before this: the branch of a sale that was the first contact. Of the others nobody knows.
INSERT INTO member_origins (member_id, branch_us, branch_id, source_us, source_kind, source_name)
  SELECT m.member_id, m.met_time_us, MIN(s.branch_id), NULL, 0, ''
  FROM members m JOIN sales s ON s.member_id = m.member_id AND s.effective_time_us = m.met_time_us
  GROUP BY m.member_id, m.met_time_us;

-- Signs of interest but the sign-up, which is in members.
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

CREATE TABLE member_custom_values (
  member_id INTEGER NOT NULL REFERENCES members (member_id),
  field_id TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (member_id, field_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE member_confirmations (
  member_id INTEGER NOT NULL REFERENCES members (member_id),
  field TEXT NOT NULL,
  confirm_us INTEGER NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (member_id, field)
) STRICT, WITHOUT ROWID;

-- When a cashier last asked for a missing detail.
CREATE TABLE member_asks (
  member_id INTEGER NOT NULL REFERENCES members (member_id),
  field TEXT NOT NULL,
  ask_us INTEGER NOT NULL,
  PRIMARY KEY (member_id, field)
) STRICT, WITHOUT ROWID;

CREATE TABLE member_notes (
  member_id INTEGER NOT NULL REFERENCES members (member_id),
  position INTEGER NOT NULL CHECK (position >= 1),
  note_us INTEGER NOT NULL,
  note TEXT NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (member_id, position)
) STRICT, WITHOUT ROWID;

-- Two members who are one person: `lost` is part of `kept` from the merge until it is undone. Nothing of either moves.
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

-- What was decided about members without purchases: 1 keep, 2 contact, 3 archive.
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

-- Keyed digests of the keys of erased members, so that a late sale of theirs lands without bringing the key back.
CREATE TABLE erased_keys (
  digest BLOB PRIMARY KEY,
  member_id INTEGER NOT NULL REFERENCES members (member_id),
  erase_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Arrivals that changed a member's past: after the business date they count from had ended. How many, and the latest.
CREATE TABLE late_facts (
  fact_day INTEGER NOT NULL,
  receive_day INTEGER NOT NULL,
  fact_count INTEGER NOT NULL CHECK (fact_count >= 1),
  last_receive_us INTEGER NOT NULL,
  PRIMARY KEY (fact_day, receive_day)
) STRICT, WITHOUT ROWID;

-- document: a moadon.v1.ClubSettings.
CREATE TABLE settings (
  settings_id INTEGER PRIMARY KEY CHECK (settings_id = 1),
  revision INTEGER NOT NULL CHECK (revision >= 1),
  document BLOB NOT NULL
) STRICT;

-- document: a moadon.v1.Group.
CREATE TABLE member_groups (
  group_id TEXT PRIMARY KEY,
  document BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- A line knows its day, so that what was bought when is read without the sales.
ALTER TABLE sale_lines ADD COLUMN business_day INTEGER NOT NULL DEFAULT -1;
UPDATE sale_lines SET business_day = (
  SELECT s.business_day FROM sales s WHERE s.member_id = sale_lines.member_id AND s.sale_id = sale_lines.sale_id);

-- More kinds of decisions, and moves that a merge caused.
CREATE TABLE new_decisions (
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
INSERT INTO new_decisions (request_id, kind, member_id, digest, decision_day, note, actor, record_us, answer)
  SELECT request_id, kind, member_id, digest, decision_day, note, actor, record_us, answer FROM decisions;
DROP TABLE decisions;
ALTER TABLE new_decisions RENAME TO decisions;
CREATE INDEX decisions_by_member ON decisions (member_id, record_us);

CREATE TABLE new_stage_moves (
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
INSERT INTO new_stage_moves (member_id, move_day, from_stage, to_stage, reason, purchase_days, silent_days, rhythm_days_milli,
                             window_purchase_days, window_spend_minor, program_version)
  SELECT member_id, move_day, from_stage, to_stage, reason, purchase_days, silent_days, rhythm_days_milli,
         window_purchase_days, window_spend_minor, program_version FROM stage_moves;
DROP TABLE stage_moves;
ALTER TABLE new_stage_moves RENAME TO stage_moves;

CREATE TABLE new_tier_moves (
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
INSERT INTO new_tier_moves (member_id, position, move_day, from_tier_id, to_tier_id, reason, window_spend_minor,
                            window_purchase_days, program_version)
  SELECT member_id, position, move_day, from_tier_id, to_tier_id, reason, window_spend_minor, window_purchase_days,
         program_version FROM tier_moves;
DROP TABLE tier_moves;
ALTER TABLE new_tier_moves RENAME TO tier_moves;

-- What registers keep of members: where each buys, and which branches share members. Units as in 0001.

-- Branches with the same name share members; '': none.
ALTER TABLE branches ADD COLUMN region_id TEXT NOT NULL DEFAULT '';

-- The latest business day of a member's own sales in each branch. Of who is part of another it stays with the part, and is read
-- through. Returns change nothing here: whoever brought something back was there.
CREATE TABLE member_branches (
  member_id INTEGER NOT NULL CHECK (member_id > 0),
  branch_id TEXT NOT NULL,
  last_day INTEGER NOT NULL CHECK (last_day BETWEEN -1 AND 2932896),
  PRIMARY KEY (member_id, branch_id)
) STRICT, WITHOUT ROWID;
INSERT INTO member_branches (member_id, branch_id, last_day)
  SELECT member_id, branch_id, MAX(business_day) FROM sales WHERE member_id > 0 GROUP BY member_id, branch_id;

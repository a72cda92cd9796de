-- What sales are priced with, and what is set aside at the server for sales to come.

-- Of a sale that was priced: where and when, in its branch's terms. With content and context it tells for ever what the
-- rules said. NULL: no program was here.
ALTER TABLE entry ADD COLUMN branch_id TEXT;
ALTER TABLE entry ADD COLUMN business_day INTEGER;  -- since 1970-01-01
ALTER TABLE entry ADD COLUMN minute_of_day INTEGER CHECK (minute_of_day BETWEEN 0 AND 1439);

-- Of a return: the parts of its refund that go back as points and as gift balance.
ALTER TABLE entry ADD COLUMN points_minor INTEGER NOT NULL DEFAULT 0 CHECK (points_minor >= 0);
ALTER TABLE entry ADD COLUMN points_milli INTEGER NOT NULL DEFAULT 0 CHECK (points_milli >= 0);
ALTER TABLE entry ADD COLUMN gift_balance_minor INTEGER NOT NULL DEFAULT 0 CHECK (gift_balance_minor >= 0);

-- Where each register stands, as the server said last.
CREATE TABLE register_place (
  register_id TEXT PRIMARY KEY,
  branch_id TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  day_start_minutes INTEGER NOT NULL CHECK (day_start_minutes BETWEEN 0 AND 1439)
) STRICT, WITHOUT ROWID;

-- Holds that this machine's registers asked for. Written before the server is asked, so that none is forgotten.
CREATE TABLE hold (
  register_id TEXT NOT NULL,
  request_id TEXT NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 5),  -- HoldState: asked, held, used, given up, ended
  hold_id TEXT,                                          -- NULL: the server has not answered
  basket BLOB NOT NULL,                                  -- moadon.v1.Basket, as the register sent it
  request BLOB NOT NULL,                                 -- moadon.v1.PlaceHoldRequest
  context BLOB NOT NULL,                                 -- moadon.v1.RecordContext of the sale to come
  branch_id TEXT NOT NULL,
  business_day INTEGER NOT NULL,
  minute_of_day INTEGER NOT NULL CHECK (minute_of_day BETWEEN 0 AND 1439),
  expire_time_us INTEGER NOT NULL,                       -- the server's clock; then it is given up
  PRIMARY KEY (register_id, request_id),
  CHECK (state IN (1, 4, 5) OR hold_id IS NOT NULL)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX hold_by_id ON hold (register_id, hold_id) WHERE hold_id IS NOT NULL;
CREATE INDEX hold_open ON hold (register_id, state, expire_time_us) WHERE state IN (1, 2, 4);
CREATE INDEX hold_over ON hold (expire_time_us) WHERE state IN (3, 5);

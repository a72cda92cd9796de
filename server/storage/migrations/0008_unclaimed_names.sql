-- Sales and returns without receipt of nobody that named somebody whose enrolment by the register was not here yet.
CREATE TABLE unclaimed_names (
  register_id TEXT NOT NULL,
  provisional_id TEXT NOT NULL,
  document_id INTEGER NOT NULL,
  document_kind INTEGER NOT NULL CHECK (document_kind IN (1, 2)),  -- as in receipts
  PRIMARY KEY (register_id, provisional_id, document_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX unclaimed_names_by_document ON unclaimed_names (document_id);

-- What makes a change on the disk visible, and what keeps a stolen disk silent.

-- Names the register's journal to the server; chosen with its first chained entry, anew by `moadon-agent rejoin`.
ALTER TABLE register ADD COLUMN journal_id BLOB CHECK (length(journal_id) = 16);

-- 0: of the version before, in clear, until the next opening; 1: of the version before, sealed; 2: sealed and in the chain.
ALTER TABLE entry ADD COLUMN form INTEGER NOT NULL DEFAULT 0 CHECK (form IN (0, 1, 2));
ALTER TABLE entry ADD COLUMN previous_chain BLOB CHECK ((previous_chain IS NULL) = (form < 2));
ALTER TABLE entry ADD COLUMN chain BLOB CHECK ((chain IS NULL) = (form < 2));
CREATE INDEX entry_in_clear ON entry (entry_id) WHERE form = 0;

-- Found to be changed since it was committed: set aside. Judged anew at every opening.
ALTER TABLE undelivered ADD COLUMN is_altered INTEGER NOT NULL DEFAULT 0 CHECK (is_altered IN (0, 1));

-- Whether basket, request and context are sealed; 0 only until the next opening.
ALTER TABLE hold ADD COLUMN is_sealed INTEGER NOT NULL DEFAULT 0 CHECK (is_sealed IN (0, 1));
CREATE INDEX hold_in_clear ON hold (register_id, request_id) WHERE is_sealed = 0;

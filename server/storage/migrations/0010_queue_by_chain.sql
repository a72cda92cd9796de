-- An entry handed over is known by its chain value also where its register goes on with another journal.

CREATE INDEX handed_over_by_chain ON handed_over (register_id, chain, settle_us);

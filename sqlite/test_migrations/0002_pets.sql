CREATE TABLE pet (
  pet_id INTEGER PRIMARY KEY,
  person_id INTEGER NOT NULL REFERENCES person (person_id)
) STRICT;
INSERT INTO pet (pet_id, person_id) VALUES (10, 1);

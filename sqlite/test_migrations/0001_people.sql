-- Text with what a careless embedding would break: ; "quotes" [brackets] \n ${NAME} @NAME@ שלום
CREATE TABLE person (
  person_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL
) STRICT;
INSERT INTO person (person_id, name) VALUES (1, 'a;b"c[d]e\n${NAME}@NAME@ שלום');

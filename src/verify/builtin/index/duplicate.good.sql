CREATE TABLE people (id int PRIMARY KEY, email text);
CREATE INDEX ON people (email);
CREATE INDEX ON people (email DESC);
CREATE INDEX ON people (email text_pattern_ops);
CREATE INDEX ON people (email) WHERE email <> '';
CREATE INDEX ON people (lower(email));
CREATE INDEX ON people (upper(email));

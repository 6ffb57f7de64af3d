CREATE TABLE events (at timestamptz);
CREATE TEMPORARY TABLE draft (line text);

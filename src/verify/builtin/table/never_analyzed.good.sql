CREATE TABLE events (id int);
INSERT INTO events SELECT * FROM generate_series(1, 10000);
ANALYZE events;
CREATE TABLE small (id int);
INSERT INTO small VALUES (1);
CREATE TABLE empty (id int);

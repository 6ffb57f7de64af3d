CREATE COLLATION german (provider = icu, locale = 'de');
CREATE TABLE words (word text COLLATE german);
CREATE INDEX ON words (word);
CREATE COLLATION unused (provider = icu, locale = 'de', version = '1');

-- finds: public.german
CREATE COLLATION german (provider = icu, locale = 'de', version = '1');
CREATE TABLE words (word text COLLATE german);
CREATE INDEX ON words (word);

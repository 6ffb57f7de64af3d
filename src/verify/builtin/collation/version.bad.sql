-- finds: public.german
CREATE COLLATION german (provider = icu, locale = 'de', version = '1');
CREATE TABLE words (word text COLLATE german);
CREATE INDEX ON words (word);
CREATE TABLE terms (term text COLLATE german, EXCLUDE USING btree (term WITH =));

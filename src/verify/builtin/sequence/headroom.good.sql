CREATE TABLE codes (id smallserial PRIMARY KEY);
SELECT setval('codes_id_seq', 3200);
CREATE SEQUENCE turns MAXVALUE 10 CYCLE;
SELECT setval('turns', 10);

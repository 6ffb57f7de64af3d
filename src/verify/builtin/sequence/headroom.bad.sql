-- finds: public.codes_id_seq
CREATE TABLE codes (id smallserial PRIMARY KEY);
SELECT setval('codes_id_seq', 32000);

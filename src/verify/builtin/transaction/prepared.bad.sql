-- finds: 'forgotten'
BEGIN;
CREATE TABLE orders (id int);
PREPARE TRANSACTION 'forgotten';
DO $$
BEGIN
    FOR later IN 1..100001 LOOP
        PERFORM pg_current_xact_id();
        COMMIT;
    END LOOP;
END
$$;

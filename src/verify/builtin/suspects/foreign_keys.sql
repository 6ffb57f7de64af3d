SELECT FROM pg_catalog.pg_trigger g WHERE g.tgrelid = ANY ($1) AND g.tgisinternal AND g.tgenabled IN ('D', 'R')

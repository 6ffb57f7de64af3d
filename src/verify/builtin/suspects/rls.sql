SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = ANY ($1)

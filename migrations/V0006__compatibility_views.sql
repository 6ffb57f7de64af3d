-- Older clients know these two as tables in "public". They stay plain views of
-- one table each, which PostgreSQL lets them write through: the rows land in
-- "core", and there is never a second copy to keep in step.

CREATE VIEW public.suppliers AS
SELECT id, code, name, email, created_at, updated_at
FROM core.suppliers;

CREATE VIEW public.inventory_items AS
SELECT id, supplier_id, sku, name, quantity, reorder_level, unit_price, created_at, updated_at
FROM core.inventory_items;

COMMENT ON VIEW public.suppliers       IS 'Compatibility: use core.suppliers';
COMMENT ON VIEW public.inventory_items IS 'Compatibility: use core.inventory_items';

-- Two foreign keys without an index made every delete on the other side a full scan.
-- Both tables are in constant use, so the indexes are built without blocking writes,
-- which cannot be done inside a transaction: this file holds nothing else.

CREATE INDEX CONCURRENTLY inventory_items_supplier_id_idx ON core.inventory_items (supplier_id);
CREATE INDEX CONCURRENTLY card_submissions_card_id_idx    ON public.card_submissions (card_id);

-- What dashboards and other readers see. Only views live here, so that "core"
-- can change its tables without asking them.

CREATE SCHEMA serve;

CREATE VIEW serve.stock_levels AS
SELECT i.sku,
       i.name,
       s.name                        AS supplier,
       i.quantity,
       i.reorder_level,
       i.quantity <= i.reorder_level AS needs_reorder,
       i.quantity * i.unit_price     AS stock_value
FROM core.inventory_items i
JOIN core.suppliers s ON s.id = i.supplier_id;

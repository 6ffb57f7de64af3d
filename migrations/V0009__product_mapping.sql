-- Which product a store means by its own SKU. Partitioned by country, and large
-- countries by store number below that, because stores are loaded and dropped in
-- such blocks.

CREATE SCHEMA global;

-- Created by hand, not by bigserial, because the default below must be the same
-- on the parent and on every partition.
CREATE SEQUENCE global.product_mapping_product_store_mapping_code_seq AS bigint;

CREATE TABLE global.product_mapping_product_store (
    mapping_code bigint      NOT NULL DEFAULT nextval('global.product_mapping_product_store_mapping_code_seq'::regclass),
    country_code text        NOT NULL,
    store_id     integer     NOT NULL,
    store_sku    text        NOT NULL,
    product_id   bigint      NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    -- A key of a partitioned table contains the partition keys of every level.
    PRIMARY KEY (mapping_code, country_code, store_id)
) PARTITION BY LIST (country_code);

ALTER SEQUENCE global.product_mapping_product_store_mapping_code_seq
    OWNED BY global.product_mapping_product_store.mapping_code;

CREATE INDEX product_mapping_product_store_store_sku_idx
    ON global.product_mapping_product_store (store_id, store_sku);

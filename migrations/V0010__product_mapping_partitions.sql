-- The 67 partitions of the product mapping, spelled out: 12 large countries, each
-- split into 4 ranges of store numbers (60), 6 small ones (6), and a default that
-- takes the first stores of a country we have not opened properly yet (1).

-- Large countries

CREATE TABLE global.product_mapping_product_store_at PARTITION OF global.product_mapping_product_store
    FOR VALUES IN ('AT') PARTITION BY RANGE (store_id);
CREATE TABLE global.product_mapping_product_store_at_1 PARTITION OF global.product_mapping_product_store_at
    FOR VALUES FROM (MINVALUE) TO (1000);
CREATE TABLE global.product_mapping_product_store_at_2 PARTITION OF global.product_mapping_product_store_at
    FOR VALUES FROM (1000) TO (2000);
CREATE TABLE global.product_mapping_product_store_at_3 PARTITION OF global.product_mapping_product_store_at
    FOR VALUES FROM (2000) TO (3000);
CREATE TABLE global.product_mapping_product_store_at_4 PARTITION OF global.product_mapping_product_store_at
    FOR VALUES FROM (3000) TO (MAXVALUE);

CREATE TABLE global.product_mapping_product_store_be PARTITION OF global.product_mapping_product_store
    FOR VALUES IN ('BE') PARTITION BY RANGE (store_id);
CREATE TABLE global.product_mapping_product_store_be_1 PARTITION OF global.product_mapping_product_store_be
    FOR VALUES FROM (MINVALUE) TO (1000);
CREATE TABLE global.product_mapping_product_store_be_2 PARTITION OF global.product_mapping_product_store_be
    FOR VALUES FROM (1000) TO (2000);
CREATE TABLE global.product_mapping_product_store_be_3 PARTITION OF global.product_mapping_product_store_be
    FOR VALUES FROM (2000) TO (3000);
CREATE TABLE global.product_mapping_product_store_be_4 PARTITION OF global.product_mapping_product_store_be
    FOR VALUES FROM (3000) TO (MAXVALUE);

CREATE TABLE global.product_mapping_product_store_ch PARTITION OF global.product_mapping_product_store
    FOR VALUES IN ('CH') PARTITION BY RANGE (store_id);
CREATE TABLE global.product_mapping_product_store_ch_1 PARTITION OF global.product_mapping_product_store_ch
    FOR VALUES FROM (MINVALUE) TO (1000);
CREATE TABLE global.product_mapping_product_store_ch_2 PARTITION OF global.product_mapping_product_store_ch
    FOR VALUES FROM (1000) TO (2000);
CREATE TABLE global.product_mapping_product_store_ch_3 PARTITION OF global.product_mapping_product_store_ch
    FOR VALUES FROM (2000) TO (3000);
CREATE TABLE global.product_mapping_product_store_ch_4 PARTITION OF global.product_mapping_product_store_ch
    FOR VALUES FROM (3000) TO (MAXVALUE);

CREATE TABLE global.product_mapping_product_store_de PARTITION OF global.product_mapping_product_store
    FOR VALUES IN ('DE') PARTITION BY RANGE (store_id);
CREATE TABLE global.product_mapping_product_store_de_1 PARTITION OF global.product_mapping_product_store_de
    FOR VALUES FROM (MINVALUE) TO (1000);
CREATE TABLE global.product_mapping_product_store_de_2 PARTITION OF global.product_mapping_product_store_de
    FOR VALUES FROM (1000) TO (2000);
CREATE TABLE global.product_mapping_product_store_de_3 PARTITION OF global.product_mapping_product_store_de
    FOR VALUES FROM (2000) TO (3000);
CREATE TABLE global.product_mapping_product_store_de_4 PARTITION OF global.product_mapping_product_store_de
    FOR VALUES FROM (3000) TO (MAXVALUE);

CREATE TABLE global.product_mapping_product_store_dk PARTITION OF global.product_mapping_product_store
    FOR VALUES IN ('DK') PARTITION BY RANGE (store_id);
CREATE TABLE global.product_mapping_product_store_dk_1 PARTITION OF global.product_mapping_product_store_dk
    FOR VALUES FROM (MINVALUE) TO (1000);
CREATE TABLE global.product_mapping_product_store_dk_2 PARTITION OF global.product_mapping_product_store_dk
    FOR VALUES FROM (1000) TO (2000);
CREATE TABLE global.product_mapping_product_store_dk_3 PARTITION OF global.product_mapping_product_store_dk
    FOR VALUES FROM (2000) TO (3000);
CREATE TABLE global.product_mapping_product_store_dk_4 PARTITION OF global.product_mapping_product_store_dk
    FOR VALUES FROM (3000) TO (MAXVALUE);

CREATE TABLE global.product_mapping_product_store_es PARTITION OF global.product_mapping_product_store
    FOR VALUES IN ('ES') PARTITION BY RANGE (store_id);
CREATE TABLE global.product_mapping_product_store_es_1 PARTITION OF global.product_mapping_product_store_es
    FOR VALUES FROM (MINVALUE) TO (1000);
CREATE TABLE global.product_mapping_product_store_es_2 PARTITION OF global.product_mapping_product_store_es
    FOR VALUES FROM (1000) TO (2000);
CREATE TABLE global.product_mapping_product_store_es_3 PARTITION OF global.product_mapping_product_store_es
    FOR VALUES FROM (2000) TO (3000);
CREATE TABLE global.product_mapping_product_store_es_4 PARTITION OF global.product_mapping_product_store_es
    FOR VALUES FROM (3000) TO (MAXVALUE);

CREATE TABLE global.product_mapping_product_store_fr PARTITION OF global.product_mapping_product_store
    FOR VALUES IN ('FR') PARTITION BY RANGE (store_id);
CREATE TABLE global.product_mapping_product_store_fr_1 PARTITION OF global.product_mapping_product_store_fr
    FOR VALUES FROM (MINVALUE) TO (1000);
CREATE TABLE global.product_mapping_product_store_fr_2 PARTITION OF global.product_mapping_product_store_fr
    FOR VALUES FROM (1000) TO (2000);
CREATE TABLE global.product_mapping_product_store_fr_3 PARTITION OF global.product_mapping_product_store_fr
    FOR VALUES FROM (2000) TO (3000);
CREATE TABLE global.product_mapping_product_store_fr_4 PARTITION OF global.product_mapping_product_store_fr
    FOR VALUES FROM (3000) TO (MAXVALUE);

CREATE TABLE global.product_mapping_product_store_gb PARTITION OF global.product_mapping_product_store
    FOR VALUES IN ('GB') PARTITION BY RANGE (store_id);
CREATE TABLE global.product_mapping_product_store_gb_1 PARTITION OF global.product_mapping_product_store_gb
    FOR VALUES FROM (MINVALUE) TO (1000);
CREATE TABLE global.product_mapping_product_store_gb_2 PARTITION OF global.product_mapping_product_store_gb
    FOR VALUES FROM (1000) TO (2000);
CREATE TABLE global.product_mapping_product_store_gb_3 PARTITION OF global.product_mapping_product_store_gb
    FOR VALUES FROM (2000) TO (3000);
CREATE TABLE global.product_mapping_product_store_gb_4 PARTITION OF global.product_mapping_product_store_gb
    FOR VALUES FROM (3000) TO (MAXVALUE);

CREATE TABLE global.product_mapping_product_store_it PARTITION OF global.product_mapping_product_store
    FOR VALUES IN ('IT') PARTITION BY RANGE (store_id);
CREATE TABLE global.product_mapping_product_store_it_1 PARTITION OF global.product_mapping_product_store_it
    FOR VALUES FROM (MINVALUE) TO (1000);
CREATE TABLE global.product_mapping_product_store_it_2 PARTITION OF global.product_mapping_product_store_it
    FOR VALUES FROM (1000) TO (2000);
CREATE TABLE global.product_mapping_product_store_it_3 PARTITION OF global.product_mapping_product_store_it
    FOR VALUES FROM (2000) TO (3000);
CREATE TABLE global.product_mapping_product_store_it_4 PARTITION OF global.product_mapping_product_store_it
    FOR VALUES FROM (3000) TO (MAXVALUE);

CREATE TABLE global.product_mapping_product_store_nl PARTITION OF global.product_mapping_product_store
    FOR VALUES IN ('NL') PARTITION BY RANGE (store_id);
CREATE TABLE global.product_mapping_product_store_nl_1 PARTITION OF global.product_mapping_product_store_nl
    FOR VALUES FROM (MINVALUE) TO (1000);
CREATE TABLE global.product_mapping_product_store_nl_2 PARTITION OF global.product_mapping_product_store_nl
    FOR VALUES FROM (1000) TO (2000);
CREATE TABLE global.product_mapping_product_store_nl_3 PARTITION OF global.product_mapping_product_store_nl
    FOR VALUES FROM (2000) TO (3000);
CREATE TABLE global.product_mapping_product_store_nl_4 PARTITION OF global.product_mapping_product_store_nl
    FOR VALUES FROM (3000) TO (MAXVALUE);

CREATE TABLE global.product_mapping_product_store_pl PARTITION OF global.product_mapping_product_store
    FOR VALUES IN ('PL') PARTITION BY RANGE (store_id);
CREATE TABLE global.product_mapping_product_store_pl_1 PARTITION OF global.product_mapping_product_store_pl
    FOR VALUES FROM (MINVALUE) TO (1000);
CREATE TABLE global.product_mapping_product_store_pl_2 PARTITION OF global.product_mapping_product_store_pl
    FOR VALUES FROM (1000) TO (2000);
CREATE TABLE global.product_mapping_product_store_pl_3 PARTITION OF global.product_mapping_product_store_pl
    FOR VALUES FROM (2000) TO (3000);
CREATE TABLE global.product_mapping_product_store_pl_4 PARTITION OF global.product_mapping_product_store_pl
    FOR VALUES FROM (3000) TO (MAXVALUE);

CREATE TABLE global.product_mapping_product_store_se PARTITION OF global.product_mapping_product_store
    FOR VALUES IN ('SE') PARTITION BY RANGE (store_id);
CREATE TABLE global.product_mapping_product_store_se_1 PARTITION OF global.product_mapping_product_store_se
    FOR VALUES FROM (MINVALUE) TO (1000);
CREATE TABLE global.product_mapping_product_store_se_2 PARTITION OF global.product_mapping_product_store_se
    FOR VALUES FROM (1000) TO (2000);
CREATE TABLE global.product_mapping_product_store_se_3 PARTITION OF global.product_mapping_product_store_se
    FOR VALUES FROM (2000) TO (3000);
CREATE TABLE global.product_mapping_product_store_se_4 PARTITION OF global.product_mapping_product_store_se
    FOR VALUES FROM (3000) TO (MAXVALUE);

-- Small countries

CREATE TABLE global.product_mapping_product_store_cz PARTITION OF global.product_mapping_product_store
    FOR VALUES IN ('CZ');
CREATE TABLE global.product_mapping_product_store_fi PARTITION OF global.product_mapping_product_store
    FOR VALUES IN ('FI');
CREATE TABLE global.product_mapping_product_store_ie PARTITION OF global.product_mapping_product_store
    FOR VALUES IN ('IE');
CREATE TABLE global.product_mapping_product_store_lu PARTITION OF global.product_mapping_product_store
    FOR VALUES IN ('LU');
CREATE TABLE global.product_mapping_product_store_no PARTITION OF global.product_mapping_product_store
    FOR VALUES IN ('NO');
CREATE TABLE global.product_mapping_product_store_pt PARTITION OF global.product_mapping_product_store
    FOR VALUES IN ('PT');

-- Everywhere else

CREATE TABLE global.product_mapping_product_store_other PARTITION OF global.product_mapping_product_store DEFAULT;

CREATE TABLE orders (id bigserial PRIMARY KEY);
CREATE TABLE events (id serial PRIMARY KEY);
CREATE TABLE old_events (id bigint DEFAULT nextval('events_id_seq'));

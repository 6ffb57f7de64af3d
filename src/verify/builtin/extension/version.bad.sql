-- finds: hstore
CREATE EXTENSION hstore VERSION '1.4';

-- finds: public.people_email_idx1
CREATE TABLE people (id int PRIMARY KEY, email text);
CREATE INDEX people_email_idx ON people (lower(email));
CREATE INDEX people_email_idx1 ON people (  lower(email));

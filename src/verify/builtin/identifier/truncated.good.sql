CREATE TABLE this_name_is_long (
    id int PRIMARY KEY,
    it_has_a_key_whose_index_s_name_is_cut_to_fit_on_purpose int UNIQUE
);

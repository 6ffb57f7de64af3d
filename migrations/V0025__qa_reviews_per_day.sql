-- A drop is reviewed once a day, as often as it takes, but V0012 also allowed each
-- drop number only once in all, and reviews of a second day were lost. The key on
-- (drop_number, review_date) is the rule; it serves look-ups by drop number too.

ALTER TABLE public.qa_photo_reviews
    DROP CONSTRAINT qa_photo_reviews_drop_number_key;

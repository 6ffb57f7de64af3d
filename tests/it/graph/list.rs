//! The list for people.

use super::opaque_blog;
use crate::example;
use crate::support::Sandbox;

#[test]
fn the_list_says_what_follows_what_and_why_without_a_database() {
    insta::assert_snapshot!(opaque_blog().migrate(&["graph"]), @"
    $ migrate graph
    graph: 6 migrations, in the order in which they run; 20 % of all pairs may run in either order

      V1__users
      V2__posts
          after `V1__users`: needs table public.users (and 2 more)
      V3__comments
          after `V2__posts`: needs table public.posts (and 2 more)
      V4__tags
      V5__fill  opaque
          after `V3__comments`: may touch the same things: one of them can't be analysed
          after `V4__tags`: may touch the same things: one of them can't be analysed
      R__report
          after `V5__fill`: may touch the same things: one of them can't be analysed

    opaque: what these do can't be known from their text, so nothing passes them
      V5__fill: EXECUTE of a string that the text doesn't show
          migrations/V5__fill.sql:2:3

    missing: not provided by any migration
      table public.user
          with column name
          did you mean `public.users`?
          migrations/V4__tags.sql:2
    --- stderr
    --- exit 0
    ");
}

#[test]
fn the_list_of_the_example_project() {
    let sandbox = example::project();
    insta::assert_snapshot!(sandbox.migrate(&["graph"]), @r#"
    $ migrate graph
    graph: 20 migrations, in the order in which they run; 87 % of all pairs may run in either order

      V0001__organization
      V0002__auth
      V0003__users_extended
          after `V0001__organization`: needs table public.organization (and 2 more)
          after `V0002__auth`: needs schema auth
      V0004__user
      V0005__core
      V0006__compatibility_views
          after `V0005__core`: needs table core.suppliers (and 16 more)
      V0007__serve
          after `V0005__core`: needs table core.inventory_items (and 9 more)
      V0008__spp
      V0009__product_mapping
      V0010__product_mapping_partitions
          after `V0009__product_mapping`: needs table global.product_mapping_product_store (and 1 more)
      V0011__marketing_activations
      V0012__qa_photo_reviews
      V0013__tags
      V0014__forum_categories
      V0015__cards
          after `V0004__user`: needs table public."User" (and 2 more)
          after `V0013__tags`: needs table public.tags (and 2 more)
          after `V0014__forum_categories`: needs table public.forum_categories (and 2 more)
      V0016__card_submissions
          after `V0015__cards`: needs table public.cards (and 2 more)
      V0024__sync
          after `V0003__users_extended`: needs table auth.users_extended (and 3 more)
      V0025__qa_reviews_per_day
          after `V0012__qa_photo_reviews`: needs table public.qa_photo_reviews (and 4 more)
      V0026__user_updated_at_default
          after `V0004__user`: needs table public."User" (and 1 more)
      V0027__foreign_key_indexes
          after `V0005__core`: needs table core.inventory_items (and 1 more)
          after `V0016__card_submissions`: needs table public.card_submissions (and 1 more)
    --- stderr
    --- exit 0
    "#);
    let coloured = sandbox.migrate(&["graph", "--color", "always"]).expect(0);
    assert!(coloured.stdout.contains("\u{1b}[1mV0024__sync"), "{coloured}");
}

#[test]
fn a_project_without_migrations_has_an_empty_graph() {
    let sandbox = Sandbox::new();
    sandbox.write("migrate.toml", "").write("migrations/README", "");
    assert_eq!(sandbox.migrate(&["graph"]).expect(0).stdout, "graph: there are no migrations\n");
    for format in ["json", "mermaid", "dot", "svg"] {
        sandbox.migrate(&["graph", "--format", format]).expect(0);
    }
}

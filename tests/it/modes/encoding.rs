//! The encoding that a file sets.

use super::{applied, refused};
use crate::support::Database;

#[test]
fn a_file_in_another_encoding_is_refused() {
    insta::assert_snapshot!(refused("SET client_encoding = 'LATIN1';\n"), @"
    error[M507]: `V2__bad` changes the encoding
     --> migrations/V2__bad.sql:1:1
      |
    1 | SET client_encoding = 'LATIN1';
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = note: the file is read and sent as UTF-8
      = help: delete it, and save the file as UTF-8 (pg_dump: --encoding=UTF8)
    ");
    let database = Database::new();
    applied(&database, "SET client_encoding TO 'UTF8';\nSET SESSION client_encoding = utf8;\n");
}

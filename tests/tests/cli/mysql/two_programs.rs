//! Two releases of one program on a server: the same answers as on SQLite.

use super::Installation;
use crate::two_programs::{check_on, releases};

#[test]
fn the_older_release_and_the_newer_database() {
    let installation = Installation::of(releases());
    check_on(&installation.sandbox, "mysql://DB@127.0.0.1:PORT/DB");
}

//! Servers that are set up in ways of their own.

use upgrades_tests::mariadb::Server;

use crate::lab::{End, Lab, count, ended, must_be, must_succeed, share_the_machine, strings};
use crate::scripts::{CORE, CUSTOMIZATION};

#[test]
fn a_replica_is_refused_before_anything_is_made() {
    let _machine = share_the_machine();
    let server = Server::with(&["--read-only"]);
    let database = server.database();
    let lab = Lab::new(CORE, CUSTOMIZATION);
    let end = ended(lab.start(&database.url(), &[]));
    assert_eq!(end.code, Some(1), "{}", end.said);
    assert!(
        end.said
            .contains("the server is read-only, as replicas are; connect to the primary"),
        "{}",
        end.said
    );
    assert_eq!(strings(&database.connect(), "SHOW TABLES"), [""; 0]);
}

/// Nothing commits by itself unless it is asked to, and sessions end after a second of idleness.
#[test]
fn sessions_that_begin_otherwise() {
    let _machine = share_the_machine();
    let lab = Lab::new(CORE, CUSTOMIZATION);
    let (expected, _) = lab.undisturbed();
    for argument in ["--autocommit=0", "--wait-timeout=1"] {
        let server = Server::with(&[argument]);
        let database = server.database();
        let url = database.url();
        let children = lab.start_at_once([url.as_str(); 5], &[]);
        let ends: Vec<End> = children.into_iter().map(ended).collect();
        must_succeed(&ends, argument);
        assert_eq!(count(&ends, "ending: Upgraded"), 1, "{argument}: {ends:#?}");
        must_be(&database, &expected, argument);
    }
}

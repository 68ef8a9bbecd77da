//! Times: what the engine writes is UTC, whatever the session's time zone is.

use std::time::SystemTime;

use upgrades::{HistoryFilter, Timestamp};

use crate::place::on_every_store;

on_every_store! {
    /// When a script began, of one that changes its session's time zone where there is such a thing.
    fn of_the_history(new) {
        let place = new();
        let zone = "SET time_zone = '+11:00';\n";
        let zone = if place.literal("\\\\") == "\\" { zone } else { "" };
        let now = || Timestamp::from(SystemTime::now()).to_string();
        let hour = || place.rows("SELECT substr(CURRENT_TIMESTAMP, 1, 13)");
        let (before, hour_before) = (now(), hour());
        let text = format!("{zone}CREATE TABLE t (at VARCHAR(40));\nINSERT INTO t VALUES ('x');");
        assert_eq!(place.run(&[("1.sql", &text), ("2.sql", "INSERT INTO t VALUES (CURRENT_TIMESTAMP)")]), "Upgraded core/1.sql core/2.sql");
        let (after, hour_after) = (now(), hour());
        let attempts = place.core(&[]).history(&HistoryFilter::default()).unwrap();
        let began: Vec<String> = attempts.iter().map(|attempt| attempt.started_at.to_string()).collect();
        assert!(before <= began[0] && began[0] <= began[1] && began[1] <= after, "{before} {began:?} {after}");
        assert!(began[0].ends_with('Z'), "{began:?}");
        assert_eq!(place.rows("SELECT started_at FROM upgrade_history WHERE id = 1"), began[0]);
        // The next script has the session as it was.
        let told = place.rows("SELECT substr(at, 1, 13) FROM t WHERE at <> 'x'");
        assert!([hour_before, hour_after].contains(&told), "{told}");
    }
}

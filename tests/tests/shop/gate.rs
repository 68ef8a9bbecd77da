//! [`Gate`]: a script that takes as long as a test wants.

use rusqlite::Connection;
use upgrades_tests::child::until;

use crate::lab::Lab;

/// The name of the script, and where in it the gate is.
pub(crate) const SCRIPT: &str = "1.9.0_gate.sql";
const AT_THE_GATE: &str = r#""script":"customization/1.9.0_gate.sql","statement":3,"#;

/// Keeps a statement waiting: it wants to write into a second database, which the gate has locked.
pub(crate) struct Gate(Connection);

impl Gate {
    /// Puts the script into the customization, with the gate closed. Without a transaction, a run that died goes on behind
    /// what was done.
    pub(crate) fn closed(lab: &Lab) -> Self {
        let path = lab.path("gate.db");
        let connection = Connection::open(&path).unwrap();
        connection
            .execute_batch("CREATE TABLE passed (n); BEGIN IMMEDIATE;")
            .unwrap();
        let path = path.display();
        let script = format!(
            "-- upgrade: transaction = off\n-- upgrade: lock_timeout = 10h\n\
             CREATE TABLE #__behind_the_gate (n INTEGER PRIMARY KEY);\n\
             ATTACH '{path}' AS gate;\n\
             INSERT INTO gate.passed VALUES (1);\n\
             INSERT INTO #__behind_the_gate VALUES (1);\n"
        );
        lab.script(SCRIPT, &script);
        Self(connection)
    }

    /// Waits until a process waits at the gate, and gives its id.
    pub(crate) fn reached(&self, lab: &Lab) -> u32 {
        until("somebody at the gate", || {
            let text = std::fs::read_to_string(lab.path("shop.db-upgrade")).ok()?;
            let line = text.lines().next()?;
            let record: serde_json::Value = serde_json::from_str(line).ok()?;
            let pid = record["holder"]["pid"].as_u64()?;
            line.contains(AT_THE_GATE).then_some(pid as u32)
        })
    }

    /// Lets the statement do its work.
    pub(crate) fn open(self) {
        self.0.execute_batch("ROLLBACK").unwrap();
    }
}

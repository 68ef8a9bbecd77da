//! What a script cannot say about its transactions, and about files.

/// Why a statement about transactions or files cannot be run from a script, by its words; `None`: it can.
///
/// From the manuals: [COMMIT](https://dev.mysql.com/doc/refman/8.4/en/commit.html),
/// [LOAD DATA](https://dev.mysql.com/doc/refman/8.4/en/load-data.html),
/// [XA](https://dev.mysql.com/doc/refman/8.4/en/xa.html).
pub(crate) fn refused(statement: &str) -> Option<&'static str> {
    let mut words = statement
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty());
    let first = words.next()?.to_ascii_lowercase();
    if first == "xa" {
        return Some(
            "a distributed transaction outlives the session that began it, so that nobody could tell after a death \
             what of it is done",
        );
    }
    if first == "load" {
        let options = words.skip(1).take(2).map(str::to_ascii_lowercase);
        let mut options =
            options.skip_while(|word| ["low_priority", "concurrent"].contains(&word.as_str()));
        return (options.next().as_deref() == Some("local")).then_some(
            "a file beside the script would have to be sent, and no script has any; write its rows as INSERT, or leave out \
             LOCAL where the file is on the server",
        );
    }
    if !["commit", "rollback"].contains(&first.as_str()) {
        return None;
    }
    let mut before = String::new();
    for word in words {
        let word = word.to_ascii_lowercase();
        match (before.as_str(), word.as_str()) {
            ("no", "chain" | "release") => {}
            (_, "chain") => {
                return Some("write START TRANSACTION behind it in place of AND CHAIN");
            }
            (_, "release") => {
                return Some("RELEASE would end the connection that the script runs on");
            }
            (_, _) => {}
        }
        before = word;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_script_cannot_say() {
        let rows = [
            ("COMMIT", None),
            ("commit work", None),
            ("COMMIT AND NO CHAIN NO RELEASE", None),
            ("COMMIT AND CHAIN", Some("START TRANSACTION")),
            ("ROLLBACK WORK AND CHAIN", Some("START TRANSACTION")),
            ("rollback release", Some("RELEASE")),
            ("XA START 'x'", Some("distributed")),
            (
                "LOAD DATA LOCAL INFILE 'a.csv' INTO TABLE a",
                Some("INSERT"),
            ),
            (
                "load xml concurrent local infile 'a' into table a",
                Some("INSERT"),
            ),
            ("LOAD DATA INFILE 'a.csv' INTO TABLE local", None),
            ("LOAD DATA LOW_PRIORITY INFILE 'local' INTO TABLE a", None),
            ("LOAD INDEX INTO CACHE local", None),
            ("RELEASE SAVEPOINT chain", None),
            ("UPDATE xa SET chain = 1", None),
        ];
        for (statement, expected) in rows {
            let found = refused(statement);
            let fits = match (found, expected) {
                (Some(found), Some(part)) => found.contains(part),
                (found, expected) => found == expected,
            };
            assert!(fits, "{statement}: {found:?}");
        }
    }
}

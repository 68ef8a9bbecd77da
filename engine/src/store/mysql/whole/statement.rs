//! What a statement of a dump is about, by its first words. Only what dumps consist of is run: nothing that chooses a
//! schema, names one, or is about the server.

/// What a statement of a dump is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// A table or a sequence, and what is in it.
    Table,
    /// The session that the statements behind it run in.
    Session,
    /// A view, a trigger, a procedure, a function, a package or a library.
    Object,
    /// An event. One aside would fire there.
    Event,
    /// The schema's own defaults; with where its name stands.
    Schema(usize, usize),
    /// Nothing that matters where nobody else is.
    Nothing,
}

/// A word of a statement, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    text: String,
    is_quoted: bool,
    start: usize,
    end: usize,
}

/// What a statement is about, by its beginning; `Err`: it is none that dumps consist of.
pub(super) fn about(head: &[u8]) -> Result<About, &'static str> {
    const FOREIGN: &str = "only what a dump of one schema consists of is run";
    let words = words(head);
    let bare: Vec<&str> = words
        .iter()
        .map(|word| {
            if word.is_quoted {
                ""
            } else {
                word.text.as_str()
            }
        })
        .collect();
    match bare.as_slice() {
        [] | ["LOCK" | "UNLOCK", "TABLES", ..] | ["COMMIT", ..] | ["START", "TRANSACTION", ..] => {
            Ok(About::Nothing)
        }
        ["SET", rest @ ..] => {
            let is_far = |word: &&str| {
                ["GLOBAL", "PERSIST", "PERSIST_ONLY", "PASSWORD", "ROLE"].contains(word)
            };
            match rest.iter().any(is_far) {
                true => Err("it sets something of the server"),
                false => Ok(About::Session),
            }
        }
        ["INSERT" | "REPLACE", rest @ ..] => {
            let skipped = rest
                .iter()
                .take_while(|word| ["IGNORE", "INTO"].contains(word));
            on_one_name(About::Table, &words, 1 + skipped.count())
        }
        ["DO" | "SELECT", "SETVAL", "(", ..] => on_one_name(About::Table, &words, 3),
        ["ALTER", "TABLE", ..] => on_one_name(About::Table, &words, 2),
        ["ANALYZE", "TABLE", _, "UPDATE", "HISTOGRAM", ..] => Ok(About::Table),
        ["ALTER", "DATABASE", name, ..] if *name != "CHARACTER" => {
            Ok(About::Schema(words[2].start, words[2].end))
        }
        [verb @ ("CREATE" | "DROP"), rest @ ..] => {
            let passed = rest.iter().take_while(|word| is_passed(word)).count();
            let about = match rest.get(passed) {
                Some(&("TABLE" | "SEQUENCE")) => About::Table,
                Some(&("VIEW" | "TRIGGER" | "PROCEDURE" | "FUNCTION" | "PACKAGE" | "LIBRARY")) => {
                    About::Object
                }
                Some(&"EVENT") => About::Event,
                Some(_) | None => return Err(FOREIGN),
            };
            let name = 2 + passed;
            let more = rest[passed + 1..].iter();
            let skipped = more.take_while(|word| ["IF", "NOT", "EXISTS", "BODY"].contains(word));
            let name = name + skipped.count();
            let several = *verb == "DROP" && bare.iter().skip(name).any(|word| *word == ".");
            match several {
                true => Err(QUALIFIED),
                false => on_one_name(about, &words, name),
            }
        }
        _ => Err(FOREIGN),
    }
}

/// What may stand between CREATE and what is made. The names of a definer are quoted.
fn is_passed(word: &str) -> bool {
    const PASSED: [&str; 17] = [
        "",
        "OR",
        "REPLACE",
        "ALGORITHM",
        "=",
        "UNDEFINED",
        "MERGE",
        "TEMPTABLE",
        "DEFINER",
        "@",
        "SQL",
        "SECURITY",
        "INVOKER",
        "AGGREGATE",
        "JSON",
        "RELATIONAL",
        "DUALITY",
    ];
    PASSED.contains(&word)
}

const QUALIFIED: &str = "it names a schema";

fn on_one_name(about: About, words: &[Word], at: usize) -> Result<About, &'static str> {
    match words.get(at + 1) {
        Some(word) if !word.is_quoted && word.text == "." => Err(QUALIFIED),
        Some(_) | None => Ok(about),
    }
}

/// The table that a statement makes, where it is one that has rows, or inserts into.
pub(super) fn table(head: &[u8]) -> Option<String> {
    let is_plain = [&b"CREATE TABLE"[..], b"INSERT", b"REPLACE"]
        .iter()
        .any(|beginning| head.starts_with(beginning));
    let named = words(head).into_iter().find(|word| word.is_quoted);
    named.filter(|_| is_plain).map(|word| word.text)
}

/// The first words of a statement, in upper case where they are not quoted; comments that are executed are passed
/// into.
fn words(head: &[u8]) -> Vec<Word> {
    const ENOUGH: usize = 64;
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(&byte) = head.get(at) {
        let start = at;
        let rest = &head[at..];
        if rest.starts_with(b"/*M!") || rest.starts_with(b"/*!") {
            at += 3 + usize::from(rest[2] == b'M');
            let digits = head[at..]
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            let number = &head[at..at + digits];
            at += digits;
            // Nobody executes these.
            if number == b"999999" || number == b"99999" {
                at += memchr::memmem::find(&head[at..], b"*/").map_or(rest.len(), |end| end + 2);
                at = at.min(head.len());
            }
            continue;
        }
        if rest.starts_with(b"*/") {
            at += 2;
            continue;
        }
        match byte {
            b'`' | b'\'' | b'"' => {
                let (text, length) = quoted(rest);
                at += length;
                words.push(Word {
                    text,
                    is_quoted: true,
                    start,
                    end: at,
                });
            }
            _ if byte.is_ascii_whitespace() => at += 1,
            _ => {
                let is_part =
                    |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 128;
                let length = rest.iter().take_while(|byte| is_part(byte)).count().max(1);
                at += length;
                let text = String::from_utf8_lossy(&rest[..length]).to_ascii_uppercase();
                words.push(Word {
                    text,
                    is_quoted: false,
                    start,
                    end: at,
                });
            }
        }
        if words.len() == ENOUGH {
            break;
        }
    }
    words
}

/// What stands between the quotes that a text begins with, and how long it is with them.
fn quoted(text: &[u8]) -> (String, usize) {
    let quote = text[0];
    let mut inner = Vec::new();
    let mut at = 1;
    while let Some(&byte) = text.get(at) {
        at += 1;
        if byte == quote {
            if text.get(at) != Some(&quote) {
                break;
            }
            at += 1;
        }
        inner.push(byte);
    }
    (String::from_utf8_lossy(&inner).into_owned(), at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_dump_consists_of() {
        const QUALIFIED: &str = "it names a schema";
        let rows = [
            ("", "Nothing"),
            (
                "/*M!999999\\- enable the sandbox mode */ \n/*!40101 SET NAMES utf8mb4 */",
                "Session",
            ),
            ("SET @saved = @@sql_mode, sql_mode = ''", "Session"),
            ("set global x = 1", "it sets something of the server"),
            ("SET @@GLOBAL.x = 1", "it sets something of the server"),
            ("DROP TABLE IF EXISTS `a``b`", "Table"),
            ("DROP TABLE IF EXISTS `a`, `b`.`c`", QUALIFIED),
            ("CREATE TABLE `a.b` (x INT)", "Table"),
            ("CREATE TABLE `a`.`b` (x INT)", QUALIFIED),
            ("CREATE TABLE a . b (x INT)", QUALIFIED),
            ("INSERT  IGNORE INTO `a` (`x`) VALUES", "Table"),
            ("INSERT INTO `a`.`b` VALUES", QUALIFIED),
            ("DO SETVAL(`s`, 1, 0)", "Table"),
            ("DO SETVAL(`x`.`s`, 1, 0)", QUALIFIED),
            ("DO SLEEP(1)", "only what"),
            ("LOCK TABLES `a` WRITE", "Nothing"),
            ("/*!40000 ALTER TABLE `a` DISABLE KEYS */", "Table"),
            ("ALTER DATABASE `a` CHARACTER SET latin1", "Schema(15, 18)"),
            ("ALTER USER a", "only what"),
            (
                "/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 DEFINER=`a`@`%` SQL SECURITY DEFINER */\n/*!50001 VIEW `v` AS",
                "Object",
            ),
            (
                "/*!50003 CREATE*/ /*!50017 DEFINER=`TABLE`@`x`*/ /*!50003 trigger t before insert on e",
                "Object",
            ),
            ("CREATE DEFINER=`a`@`b` PROCEDURE `p`()", "Object"),
            (
                "CREATE OR REPLACE DEFINER=`a`@`b` PACKAGE BODY `p` AS",
                "Object",
            ),
            ("/*!50106 DROP EVENT IF EXISTS `e` */", "Event"),
            ("DROP LIBRARY IF EXISTS `l`", "Object"),
            ("DROP LIBRARY IF EXISTS `x`.`l`", QUALIFIED),
            (
                "CREATE LIBRARY `l`\n    LANGUAGE JAVASCRIPT\nAS $$ x $$",
                "Object",
            ),
            (
                "/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 DEFINER=`a`@`%` SQL SECURITY DEFINER */\n\
                 /*!50001 JSON RELATIONAL DUALITY VIEW `v` AS",
                "Object",
            ),
            (
                "/*!80002 ANALYZE TABLE `t` UPDATE HISTOGRAM ON `a` WITH 4 BUCKETS */",
                "Table",
            ),
            (
                "ANALYZE TABLE `x`.`t` UPDATE HISTOGRAM ON `a` WITH 4 BUCKETS",
                "only what",
            ),
            ("ANALYZE TABLE `t`, `x`.`t`", "only what"),
            ("CREATE DATABASE x", "only what"),
            ("DROP USER x", "only what"),
            ("USE x", "only what"),
        ];
        for (statement, expected) in rows {
            let found = match about(statement.as_bytes()) {
                Ok(about) => format!("{about:?}"),
                Err(why) => why.to_owned(),
            };
            assert!(found.starts_with(expected), "{statement}: {found}");
        }
    }
}

//! Scripts and the statements that they are cut into.

use crate::sql::classifier::Kind;
use crate::sql::splitter::{SplitError, Splitter};
use crate::sql::{Position, Syntax};

fn split(text: &[u8], mode: &str) -> Result<Vec<(String, Position)>, SplitError> {
    let mut splitter = Splitter::new(text, Syntax::mysql(mode))?;
    let mut found = Vec::new();
    while let Some(piece) = splitter.next(&mut ())? {
        if !piece.is_empty() {
            found.push((piece.statement().to_owned(), piece.position));
        }
    }
    Ok(found)
}

fn check(rows: &[(&str, &[&str])]) {
    for (text, expected) in rows {
        let found = split(text.as_bytes(), "").unwrap_or_else(|e| panic!("{text}: {e}"));
        let found: Vec<_> = found.iter().map(|(sql, _)| sql.as_str()).collect();
        assert_eq!(found, *expected, "{text}");
    }
}

#[test]
fn cuts_at_semicolons() {
    check(&[
        ("", &[]),
        (" \n", &[]),
        ("-- nothing\n# nothing\n/* nothing */", &[]),
        ("--", &[]),
        (";;", &[]),
        ("a;b", &["a", "b"]),
        ("\u{feff}a;", &["a"]),
        ("a ; \r\nb;\r\n", &["a", "b"]),
        ("a -- ;\n;b -- c\n", &["a", "b"]),
        ("--\na;\n--\nb;", &["a", "b"]),
        ("-- it's; a\na;", &["a"]),
        ("# it's; a\na;", &["a"]),
        ("/* it's; a */ a;", &["a"]),
        ("a /* ; */ b; -- ;\nc", &["a /* ; */ b", "c"]),
        (
            "SELECT '-- x', '# y', ';';b",
            &["SELECT '-- x', '# y', ';'", "b"],
        ),
        ("SELECT '&amp;';b", &["SELECT '&amp;'", "b"]),
        (
            r"SELECT 'it\'s;', 'it''s;';b",
            &[r"SELECT 'it\'s;', 'it''s;'", "b"],
        ),
        ("SELECT 'a\n;b';c", &["SELECT 'a\n;b'", "c"]),
        ("DROP TABLE `a-b;`;c", &["DROP TABLE `a-b;`", "c"]),
        ("/*!40014 SET a = 1 */;b", &["/*!40014 SET a = 1 */", "b"]),
        ("/*!40014 */;b", &["b"]),
        ("/*! a; b */;c", &["/*! a", "b */", "c"]),
        (
            "INSERT INTO #__a VALUES (1); #1360858500\nb;",
            &["INSERT INTO #__a VALUES (1)", "b"],
        ),
        (
            "USE a; START TRANSACTION; b; COMMIT;",
            &["USE a", "START TRANSACTION", "b", "COMMIT"],
        ),
        ("a\\G b\\g c", &["a", "b", "c"]),
        ("a '\\G' -- \\g\n;b", &["a '\\G'", "b"]),
        ("SELECT \\N;b", &["SELECT \\N", "b"]),
        ("SELECT 5--5;b", &["SELECT 5--5", "b"]),
        ("--5;\nb;", &["b"]),
        ("SELECT 'a\0;';b", &["SELECT 'a\0;'", "b"]),
    ]);
}

#[test]
fn follows_the_client() {
    check(&[
        (
            "DELIMITER $$\na; b$$ c$$\nDELIMITER ;\nd;e",
            &["a; b", "c", "d", "e"],
        ),
        ("delimiter //\r\na;//\r\nDelimiter ;\r\nb;", &["a;", "b"]),
        ("DELIMITER ';'\na;b;", &["a", "b"]),
        ("DELIMITER \"$$\"\na;$$b$$", &["a;", "b"]),
        ("  DELIMITER // -- words\na// b//", &["a", "b"]),
        ("DELIMITER $$ \na$$\nDELIMITER ; $$\nb;", &["a", "b"]),
        ("DELIMITER $$\nEND$$x$$", &["END", "x"]),
        (
            "DELIMITER mx\nSELECT 'mx', `mx` /* mx */ amxbmx",
            &["SELECT 'mx', `mx` /* mx */ a", "b"],
        ),
        ("DELIMITER --\na -- b --", &["a", "b"]),
        ("DELIMITER ;;\na;b;;\nc;;", &["a;b", "c"]),
        ("DELIMITER $$\na$ $b$$c", &["a$ $b", "c"]),
        ("a; DELIMITER $$\nb;$$", &["a", "b;"]),
        ("a\nDELIMITER $$\n;b", &["a\nDELIMITER $$", "b"]),
        ("'DELIMITER $$\n' a;", &["'DELIMITER $$\n' a"]),
        ("\\d $$ a;$$ b;$$\n\\d ;\nc;", &["a;", "b;", "c"]),
        ("\\d $$\na;$$", &["a;"]),
        ("use x\na;", &["use x", "a"]),
        ("-- c\n USE `x`  \r\na;", &["USE `x`", "a"]),
        ("use x; a;", &["use x", "a"]),
        ("use\nx;", &["use\nx"]),
        (
            "DELIMITER $$\nBEGIN NOT ATOMIC a; b; END$$",
            &["BEGIN NOT ATOMIC a; b; END"],
        ),
        ("DELIMITER $$\na\\G b;$$", &["a", "b;"]),
    ]);
}

#[test]
fn keeps_bodies_whole() {
    let whole = [
        "CREATE PROCEDURE p() BEGIN a; b; END",
        "CREATE PROCEDURE p() SELECT 1",
        "create or replace definer=`a`@`%` procedure if not exists d.p(IN a INT, OUT b ENUM('x')) comment 'x' not deterministic sql security definer begin end",
        "CREATE DEFINER = trigger@begin PROCEDURE p() BEGIN a; END",
        "CREATE DEFINER=CURRENT_USER() FUNCTION f(a INT) RETURNS INT DETERMINISTIC RETURN IF(a > 1, 2, 3)",
        "CREATE FUNCTION f() RETURNS VARCHAR(9) CHARSET utf8mb4 RETURN CASE WHEN 1 THEN 2 END",
        "CREATE FUNCTION f() RETURNS INT BEGIN RETURN CASE 1 WHEN 1 THEN CASE 2 WHEN 2 THEN 3 END END; END",
        "CREATE AGGREGATE FUNCTION f RETURNS INT SONAME 'x'",
        "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.b = 1",
        "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW FOLLOWS `begin` BEGIN a; END",
        "CREATE TRIGGER t AFTER INSERT ON a FOR EACH ROW IF NEW.a THEN b; ELSE c; END IF",
        "/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`%`*/ /*!50003 TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN a; b; END */",
        "CREATE EVENT e ON SCHEDULE AT NOW() + INTERVAL IF(1, 2, 3) DAY COMMENT 'x' DO BEGIN a; END",
        "ALTER EVENT e DO BEGIN a; END",
        "ALTER EVENT e RENAME TO f",
        "CREATE PROCEDURE p() l: BEGIN m: LOOP LEAVE m; END LOOP m; END l",
        "CREATE PROCEDURE p() BEGIN IF a THEN b; ELSEIF c THEN d; ELSE e; END IF; END",
        "CREATE PROCEDURE p() BEGIN CASE a WHEN 1 THEN b; ELSE BEGIN END; END CASE; END",
        "CREATE PROCEDURE p() BEGIN WHILE a DO b; END WHILE; REPEAT a; UNTIL b END REPEAT; END",
        "CREATE PROCEDURE p() BEGIN REPEAT a; UNTIL CASE b WHEN 1 THEN 0 END END REPEAT; END",
        "CREATE PROCEDURE p() BEGIN FOR i IN 1..9 DO a; END FOR; END",
        "CREATE PROCEDURE p() WHILE 1 DO a; END WHILE",
        "CREATE PROCEDURE p() BEGIN DECLARE x INT DEFAULT CASE 1 WHEN 1 THEN 2 END; a; END",
        "CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; END; a; END",
        "CREATE PROCEDURE p() BEGIN DECLARE CONTINUE HANDLER FOR NOT FOUND, SQLSTATE VALUE '1', 1062 SET a = CASE 1 WHEN 1 THEN 2 END; b; END",
        "CREATE PROCEDURE p() BEGIN DECLARE c CURSOR FOR SELECT begin, end, `end` FROM a; OPEN c; END",
        "CREATE PROCEDURE p() BEGIN UPDATE a SET end = 1, begin = t.end, @end = 2; END",
        "CREATE PROCEDURE p() BEGIN SELECT CASE WHEN end > 1 THEN a.end ELSE end END; END",
        "CREATE PROCEDURE p() BEGIN SELECT REPEAT('a', 3), IF(1, 2, 3), REPLACE(a, b, c); END",
        "CREATE PROCEDURE p() BEGIN -- it's; END;\n a; /* END; */ END",
        "CREATE PROCEDURE `#__p`() BEGIN SELECT * FROM #__a; END",
        "BEGIN NOT ATOMIC IF a THEN b; END IF; END",
        "IF a THEN b; END IF",
        "l: WHILE a DO b; END WHILE l",
        "CASE a WHEN 1 THEN b; END CASE",
        "CREATE PROCEDURE p() BEGIN START TRANSACTION; a; COMMIT; END",
        "CREATE PROCEDURE p() BEGIN CREATE TABLE IF NOT EXISTS a (b INT); DROP TABLE IF EXISTS a; END",
        "CREATE PROCEDURE p() BEGIN PREPARE s FROM 'a; END;'; EXECUTE s; END",
    ];
    for statement in whole {
        let text = format!("{statement};\nx;");
        check(&[(&text, &[statement, "x"])]);
        let text = format!("DELIMITER //\n{statement} //\nDELIMITER ;\nx");
        check(&[(&text, &[statement, "x"])]);
    }
    check(&[
        ("BEGIN; a; COMMIT;", &["BEGIN", "a", "COMMIT"]),
        ("BEGIN WORK; a; END;", &["BEGIN WORK", "a", "END"]),
        ("XA BEGIN 'x'; a;", &["XA BEGIN 'x'", "a"]),
        (
            "CREATE TABLE event (begin INT); b",
            &["CREATE TABLE event (begin INT)", "b"],
        ),
        (
            "CREATE TABLE a AS SELECT CASE 1 WHEN 1 THEN 2; b",
            &["CREATE TABLE a AS SELECT CASE 1 WHEN 1 THEN 2", "b"],
        ),
        ("CREATE TRIGGER; b", &["CREATE TRIGGER", "b"]),
        ("DROP PROCEDURE begin; b", &["DROP PROCEDURE begin", "b"]),
        (
            "ALTER PROCEDURE p COMMENT 'x'; b",
            &["ALTER PROCEDURE p COMMENT 'x'", "b"],
        ),
    ]);
}

#[test]
fn follows_the_sql_mode() {
    check(&[
        (
            "SET sql_mode = 'NO_BACKSLASH_ESCAPES'; SELECT '\\'; b",
            &["SET sql_mode = 'NO_BACKSLASH_ESCAPES'", "SELECT '\\'", "b"],
        ),
        (
            "SET @o = @@sql_mode, sql_mode = ANSI; SELECT \"\\\"; SET sql_mode = @o; SELECT \"\\\";\";",
            &[
                "SET @o = @@sql_mode, sql_mode = ANSI",
                "SELECT \"\\\"",
                "SET sql_mode = @o",
                "SELECT \"\\\";\"",
            ],
        ),
    ]);
}

#[test]
fn tells_what_a_delimiter_joins() {
    let text = "DELIMITER $$\nDELETE FROM a; DROP TABLE b$$ DELETE FROM a;$$ CREATE PROCEDURE p() BEGIN a; END;$$";
    let mut splitter = Splitter::new(text.as_bytes(), Syntax::mysql("")).expect("text");
    let mut kinds = Vec::new();
    while let Some(piece) = splitter.next(&mut ()).expect("text") {
        kinds.push(piece.class.kind);
    }
    let expected = [Kind::Empty, Kind::Untold, Kind::Ordinary, Kind::Definition];
    assert_eq!(kinds, expected);
}

#[test]
fn carries_what_can_fail_over_a_delimiter() {
    let text = "-- upgrade: can_fail\nDELIMITER $$\na$$ b$$";
    let mut splitter = Splitter::new(text.as_bytes(), Syntax::mysql("")).expect("text");
    let mut found = Vec::new();
    while let Some(piece) = splitter.next(&mut ()).expect("text") {
        found.push(piece.class.can_fail && !piece.is_empty());
    }
    assert_eq!(found, [false, true, false]);
}

#[test]
fn tells_where_a_statement_begins() {
    let text = "\u{feff}-- é\r\n a;\n\n  é; b\nDELIMITER $$\nc$$";
    let found = split(text.as_bytes(), "").expect("text");
    let places: Vec<_> = found.iter().map(|(_, at)| (at.line, at.column)).collect();
    assert_eq!(places, [(2, 2), (4, 3), (4, 6)]);
}

#[test]
fn refuses_what_is_no_script() {
    let rows: &[(&[u8], &str)] = &[
        (
            b"a;\n 'b",
            "what begins at line 2, column 2 with 'b is never closed",
        ),
        (
            b"a 'b\\'",
            "what begins at line 1, column 3 with 'b\\' is never closed",
        ),
        (
            b"/* a\n",
            "what begins at line 1, column 1 with /* a is never closed",
        ),
        (
            b"a;\nCREATE PROCEDURE p()\n BEGIN IF a THEN b; END IF;\nc;",
            "what begins at line 3, column 2 with BEGIN IF a THEN b; END IF; is never closed",
        ),
        (
            b"a;\n\xe9;",
            "it is not UTF-8 at line 2, column 1; write such bytes as X'...'",
        ),
        (
            b"a; b\0c",
            "it has a NUL byte at line 1, column 5, outside of quotes",
        ),
        (
            b"a;\n source x.sql\n",
            "at line 2, column 2 the client command source is not run by upgrades; only SQL, DELIMITER and USE are",
        ),
        (
            b"\\. x.sql",
            "at line 1, column 1 the client command source is not run by upgrades; only SQL, DELIMITER and USE are",
        ),
        (
            b"a \\c",
            "at line 1, column 3 the client command clear is not run by upgrades; only SQL, DELIMITER and USE are",
        ),
        (
            b"system ls;",
            "at line 1, column 1 the client command system is not run by upgrades; only SQL, DELIMITER and USE are",
        ),
        (
            b"a;\nDELIMITER\nb",
            "DELIMITER at line 2, column 1 cannot be followed",
        ),
        (
            b"DELIMITER a\\",
            "DELIMITER at line 1, column 1 cannot be followed",
        ),
    ];
    for (text, message) in rows {
        let error = split(text, "").expect_err("refused");
        assert_eq!(error.to_string(), *message);
    }
}

fn join(text: &str, chunk: usize) -> Option<Vec<(String, String)>> {
    let mut splitter = Splitter::in_chunks(text.as_bytes(), Syntax::mysql(""), chunk).ok()?;
    let mut pieces = Vec::new();
    while let Some(piece) = splitter.next(&mut ()).ok()? {
        pieces.push((piece.text.to_owned(), piece.statement().to_owned()));
    }
    Some(pieces)
}

proptest::proptest! {
    #[test]
    fn pieces_joined_are_the_script(parts in proptest::collection::vec(
        proptest::sample::select(vec![
            "a", " ", "\n", "\r\n", ";", "'", "''", "\"", "\\", "\\'", "`", "--", "-- ", "/*", "/*!", "/*!50001", "*/",
            "#__", "#", "${", "}", "é", "CREATE", "TRIGGER", "PROCEDURE", "p()", "BEGIN", "END", "IF", "CASE", "'x;y'", "$",
            "$$", "-", "/", "\nDELIMITER $$\n", "\nDELIMITER ;\n", "\nDELIMITER //\n", "//", "\\G", "\nuse x\n", "\\d $$ ", "(", ")",
        ]), 0..60)
    ) {
        let text = parts.concat();
        let pieces = join(&text, 64 * 1024);
        if let Some(pieces) = &pieces {
            let joined: String = pieces.iter().map(|(text, _)| text.as_str()).collect();
            proptest::prop_assert_eq!(joined, text.clone());
        }
        for chunk in 1..4 {
            proptest::prop_assert_eq!(join(&text, chunk), pieces.clone());
        }
    }
}

/// A statement again and again, made while it is read.
struct Long<'s> {
    left: usize,
    statement: &'s [u8],
    at: usize,
}

impl std::io::Read for Long<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let rest = &self.statement[self.at..];
        let length = rest.len().min(buffer.len()).min(self.left);
        buffer[..length].copy_from_slice(&rest[..length]);
        self.left -= length;
        self.at = (self.at + length) % self.statement.len();
        Ok(length)
    }
}

/// Two hundred megabytes of long statements, and twenty of short ones.
#[test]
fn a_long_script_takes_little_memory() {
    let short = "INSERT INTO a VALUES (1, 'it''s; \\'x\\'', `b`), (2, 'y', 3); -- z\n".to_owned();
    let long = format!(
        "INSERT INTO a VALUES ('{}'); -- z\n",
        "é;\\\\x".repeat(16_000)
    );
    for (statement, megabytes, most) in [(short, 20, 256 * 1024), (long, 200, 1024 * 1024)] {
        let expected = megabytes * 1_000_000 / statement.len();
        let script = Long {
            left: statement.len() * expected,
            statement: statement.as_bytes(),
            at: 0,
        };
        let mut splitter = Splitter::new(script, Syntax::mysql("")).expect("text");
        let mut count = 0;
        while let Some(piece) = splitter.next(&mut ()).expect("text") {
            count += usize::from(!piece.is_empty());
        }
        assert_eq!(count, expected);
        assert!(splitter.held() < most, "{}", splitter.held());
    }
}

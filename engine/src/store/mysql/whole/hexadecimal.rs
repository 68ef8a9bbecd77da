//! What a dump says in hexadecimal, said shorter: a value has twice its length there, which may be more than the server
//! takes at once.

/// A statement whose long numbers in hexadecimal are strings of bytes. It is one of a dump, whose own quotes are passed over.
pub(super) fn shortened(statement: &[u8]) -> Vec<u8> {
    const WORTH_IT: usize = 64;
    let mut out = Vec::with_capacity(statement.len() / 2);
    let mut at = 0;
    while at < statement.len() {
        let rest = &statement[at..];
        let length = match rest[0] {
            quote @ (b'\'' | b'"' | b'`') => quoted(rest, quote),
            b'0' if rest.starts_with(b"0x") => {
                let digits = rest[2..]
                    .iter()
                    .take_while(|byte| byte.is_ascii_hexdigit())
                    .count();
                if digits >= WORTH_IT {
                    push(&mut out, &rest[2..2 + digits]);
                    at += 2 + digits;
                    continue;
                }
                2 + digits
            }
            _ => 1,
        };
        out.extend_from_slice(&rest[..length]);
        at += length;
    }
    out
}

/// How long a quoted text is.
fn quoted(text: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while let Some(&byte) = text.get(at) {
        at += match byte {
            b'\\' if quote != b'`' => 2,
            _ => 1,
        };
        if byte == quote {
            break;
        }
    }
    at.min(text.len())
}

fn push(out: &mut Vec<u8>, digits: &[u8]) {
    let half = |digit: u8| (digit as char).to_digit(16).unwrap_or_default() as u8;
    out.extend_from_slice(b"_binary '");
    for pair in digits.chunks(2) {
        let byte = pair.iter().fold(0, |byte, digit| byte << 4 | half(*digit));
        match byte {
            b'\'' | b'\\' => out.extend([b'\\', byte]),
            other => out.push(other),
        }
    }
    out.push(b'\'');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_bytes_shorter() {
        let long = "5C27004142".repeat(10);
        let rows = [
            (
                "INSERT INTO `t` VALUES (0x41)",
                "INSERT INTO `t` VALUES (0x41)".to_owned(),
            ),
            ("('0x@', 1)", "('0x@', 1)".to_owned().replace('@', &long)),
            (
                "('\\'0x@', `0x@`)",
                "('\\'0x@', `0x@`)".to_owned().replace('@', &long),
            ),
            ("('''0x@')", "('''0x@')".to_owned().replace('@', &long)),
            (
                "(0x@,0x00)",
                format!("(_binary '{}',0x00)", "\\\\\\'\0AB".repeat(10)),
            ),
        ];
        for (statement, expected) in rows {
            let found = shortened(statement.replace('@', &long).as_bytes());
            assert_eq!(String::from_utf8_lossy(&found), expected, "{statement}");
        }
    }
}

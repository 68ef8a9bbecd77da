//! Which comments are directives: by their head, `-- upgrade:`.

use super::{IDEMPOTENT, NAMES};
use crate::chunked::BATCH;
use crate::sql::classifier::CAN_FAIL;

/// What a comment says as a directive; `None` when it is a comment for people.
pub(crate) fn text_of(comment: &str) -> Option<&str> {
    let text = comment.trim_start_matches(['-', '#']).trim();
    let (head, rest) = text.split_at_checked("upgrade:".len())?;
    head.eq_ignore_ascii_case("upgrade:").then(|| rest.trim())
}

/// What a comment says that is meant as a directive and is none, as `-- upgrades: min_app = 2.0.0` and
/// `/* upgrade: transaction = off */`; `None` when it is a directive, or a comment for people.
pub(crate) fn misspelt(comment: &str) -> Option<&str> {
    if !comment.starts_with("/*") && text_of(comment).is_some() {
        return None;
    }
    let text = comment.trim_start_matches(['-', '#', '/', '*', '!']);
    let text = text.trim_end().trim_end_matches(['*', '/']).trim();
    let (head, said) = text.split_once(':')?;
    let is_head = ["upgrade", "upgrades"]
        .iter()
        .any(|known| head.trim().eq_ignore_ascii_case(known));
    let name = said.split_once('=').map_or(said, |(name, _)| name).trim();
    let has_value = said.contains('=') || name == IDEMPOTENT || name == CAN_FAIL;
    let is_known =
        NAMES.iter().any(|(known, _)| *known == name) || name == BATCH || name == CAN_FAIL;
    (is_head && has_value && is_known).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_directives_in_comments() {
        let rows = [
            ("-- upgrade: transaction = off\n", Some("transaction = off")),
            ("--Upgrade:x\r\n", Some("x")),
            ("-- upgrade the prices: all of them", None),
            ("-- é", None),
            ("--", None),
        ];
        for (comment, expected) in rows {
            assert_eq!(text_of(comment), expected, "{comment:?}");
        }
    }

    #[test]
    fn finds_what_is_meant_as_one() {
        let rows = [
            (
                "-- upgrades: min_app = 2.0.0\n",
                Some("upgrades: min_app = 2.0.0"),
            ),
            (
                "-- upgrade : transaction=off\r\n",
                Some("upgrade : transaction=off"),
            ),
            ("--UPGRADES:idempotent", Some("UPGRADES:idempotent")),
            (
                "/* upgrade: transaction = off */",
                Some("upgrade: transaction = off"),
            ),
            ("/** upgrades: can_fail **/", Some("upgrades: can_fail")),
            (
                "# upgrades: batch = t by id, 5",
                Some("upgrades: batch = t by id, 5"),
            ),
            ("-- upgrade: transaction = off", None),
            ("-- upgrade: transaktion = off", None),
            ("-- upgrades: the description follows", None),
            ("-- upgrades: price = 5", None),
            ("-- upgrades: description of prices", None),
            ("/* upgrade the prices: all = 5 */", None),
            ("-- idempotent", None),
            ("--", None),
            ("/**/", None),
        ];
        for (comment, expected) in rows {
            assert_eq!(misspelt(comment), expected, "{comment:?}");
        }
    }
}

//! The order of views. Pure.

use super::Object;
use crate::sql::Syntax;
use crate::sql::mysql::definition::words;

/// Views so that none stands before one that it is made of. A name that a view's text mentions may be another thing's;
/// then it only stands later than it had to.
pub(super) fn in_order(mut views: Vec<Object>) -> Vec<Object> {
    let mut ordered = Vec::new();
    while !views.is_empty() {
        let waits = |view: &Object| {
            let mut mentioned = words(&view.sql, Syntax::mysql(""));
            mentioned.any(|word| {
                views
                    .iter()
                    .any(|other| other.name != view.name && other.name.eq_ignore_ascii_case(&word))
            })
        };
        // Views cannot be made of each other; names that only look so are taken as they come.
        let next = views.iter().position(|view| !waits(view)).unwrap_or(0);
        ordered.push(views.remove(next));
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_are_made_of_comes_first() {
        let rows: [(&[(&str, &str)], &str); 4] = [
            (&[("a", "select 1"), ("b", "select 2")], "a b"),
            (
                &[
                    ("a", "select * from `b`"),
                    ("b", "select `x` from `c`"),
                    ("c", "select 1"),
                ],
                "c b a",
            ),
            (&[("a", "select 'b'"), ("b", "select * from a")], "a b"),
            (&[("a", "select 1 as `b`"), ("b", "select 1 as `a`")], "a b"),
        ];
        for (views, expected) in rows {
            let views = views.iter().map(|(name, sql)| Object {
                kind: "view".to_owned(),
                name: (*name).to_owned(),
                sql: (*sql).to_owned(),
                session: Vec::new(),
            });
            let ordered = in_order(views.collect());
            let names: Vec<_> = ordered.iter().map(|view| view.name.as_str()).collect();
            assert_eq!(names.join(" "), expected);
        }
    }
}

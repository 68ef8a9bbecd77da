//! The order of versions, against PHP's own answers.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::path::Path;

use proptest::prelude::*;
use upgrades::{ScriptName, Version};

/// Left, right, and the sign of PHP's `version_compare(left, right)`.
fn vectors() -> Vec<(String, String, Ordering)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/php_version_compare.tsv");
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let rows = lines.map(|line| {
        let columns: Vec<_> = line.split('\t').collect();
        let sign: i64 = columns[2].parse().unwrap();
        (columns[0].into(), columns[1].into(), sign.cmp(&0))
    });
    rows.collect()
}

#[test]
fn every_pair_is_in_phps_order() {
    let vectors = vectors();
    assert!(vectors.len() > 1000, "{} vectors", vectors.len());
    for (left, right, sign) in vectors {
        let (Ok(a), Ok(b)) = (left.parse::<Version>(), right.parse::<Version>()) else {
            continue;
        };
        assert_eq!(a.cmp(&b), sign, "{left} {right}");
        assert_eq!(b.cmp(&a), sign.reverse(), "{right} {left}");
        assert_eq!(a == b, sign == Ordering::Equal, "{left} {right}");
    }
}

#[test]
fn nine_of_ten_names_are_versions() {
    let names: BTreeSet<_> = vectors()
        .into_iter()
        .flat_map(|(left, right, _)| [left, right])
        .collect();
    let (read, refused): (Vec<_>, Vec<_>) = names
        .iter()
        .partition(|name| name.parse::<Version>().is_ok());
    assert!(
        read.len() * 10 >= names.len() * 9,
        "{} of {} are read; refused: {refused:?}",
        read.len(),
        names.len()
    );
}

/// PHP 8.2's answers, from its manual and its source: words are recognised by their beginnings, in one case only.
#[test]
fn words_have_phps_places() {
    let ascending: &[&[&str]] = &[
        &[
            "1.0x", "1.0dev", "1.0alpha", "1.0beta", "1.0RC", "1.0", "1.0.0", "1.0pl",
        ],
        &[
            "1.0foo",
            "1.0development",
            "1.0alphabet",
            "1.0bonus",
            "1.0rcx",
            "1.0.1",
            "1.0plus",
        ],
        &["1.0RC9", "1.0RC10", "1.0"],
        &["1.0-2017-12-31", "1.0-2018-01-01"],
        &[
            "9.0",
            "10.0",
            "99999999999999999999",
            "100000000000000000000",
        ],
    ];
    for row in ascending {
        for pair in row.windows(2) {
            let [a, b] = [pair[0], pair[1]].map(|text| text.parse::<Version>().unwrap());
            assert_eq!(a.cmp(&b), Ordering::Less, "{} < {}", pair[0], pair[1]);
        }
    }
    let equal = [
        ("1.0a1", "1.0alpha1"),
        ("1.0b1", "1.0-beta.1"),
        ("1.0RC1", "1.0-rc1"),
        ("1.0p1", "1.0pl1"),
        ("1.0foo", "1.0qux"),
        ("1.0Dev", "1.0ALPHA"),
        ("1_2+3-4", "1.2.3.4"),
        ("007", "7"),
        ("0", "000"),
    ];
    for (a, b) in equal {
        let [left, right] = [a, b].map(|text| text.parse::<Version>().unwrap());
        assert_eq!(left.cmp(&right), Ordering::Equal, "{a} = {b}");
    }
}

/// What stands in the file name, which version that is, and what describes the script.
#[test]
fn names_of_files() {
    let rows = [
        ("0042-add-vat.sql", "0042", "add-vat"),
        ("0042-2fa.sql", "0042", "2fa"),
        ("4.0.0-2018-03-05.sql", "4.0.0-2018-03-05", ""),
        (
            "2018-01-14-171611_create_tables.sql",
            "2018-01-14-171611",
            "create_tables",
        ),
        ("0042_2fa_support.sql", "0042", "2fa_support"),
        ("3.3.3.10.sql", "3.3.3.10", ""),
        ("1.0-beta2.sql", "1.0-beta2", ""),
        ("1.0-rc.2_x.sql", "1.0-rc.2", "x"),
        ("1.0-pl1-2 words.sql", "1.0-pl1-2", "words"),
        ("1.0-dev.sql", "1.0-dev", ""),
        ("1.0-devices.sql", "1.0", "devices"),
        ("1.0-alpha-2-beta.sql", "1.0-alpha-2-beta", ""),
        ("1.0 rc1.sql", "1.0", "rc1"),
        ("42.sqlite.sql", "42", ""),
    ];
    for (file, version, description) in rows {
        let name: ScriptName = file.parse().unwrap();
        let found = (name.version().as_str(), name.description());
        assert_eq!(found, (version, description), "{file}");
    }
}

fn version() -> impl Strategy<Value = Version> {
    let words = prop::sample::select(vec![
        "dev",
        "alpha",
        "a",
        "beta",
        "b",
        "RC",
        "rc",
        "pl",
        "p",
        "x",
        "foo",
        "Dev",
        "0",
        "00",
        "1",
        "01",
        "2",
        "10",
        "99999999999999999999",
    ]);
    let separators = prop::sample::select(vec![".", "-", "_", "+", ""]);
    let parts = prop::collection::vec((words, separators), 1..6);
    parts.prop_map(|parts| {
        let text: String = parts
            .iter()
            .map(|(word, separator)| format!("{word}{separator}"))
            .collect();
        text.trim_end_matches(['.', '-', '_', '+']).parse().unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn the_order_is_total(a in version(), b in version(), c in version()) {
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        prop_assert_eq!(a == b, a.cmp(&b) == Ordering::Equal);
        let mut sorted = [&a, &b, &c];
        sorted.sort();
        prop_assert!(sorted[0] <= sorted[1] && sorted[1] <= sorted[2] && sorted[0] <= sorted[2]);
        if a == b {
            prop_assert_eq!(a.cmp(&c), b.cmp(&c));
        }
    }
}

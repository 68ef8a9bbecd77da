//! What every page keeps to, whatever it says.

use std::collections::BTreeSet;

use regex::Regex;

use crate::lab::Reply;

/// Looks at a page as a whole: its frame, its headings, its links, and that nothing in it is a script or a style of its own.
#[track_caller]
pub(crate) fn sound(page: &Reply, base: &str) {
    let html = &page.body;
    assert_eq!(
        page.header("content-type"),
        "text/html; charset=utf-8",
        "{html}"
    );
    assert_eq!(page.header("cache-control"), "no-store");
    for part in [
        "<!doctype html>\n<html lang=\"en\">",
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
        "<a class=\"skip\" href=\"#content\">",
        "<nav aria-label=\"Sections\">",
        "<main id=\"content\"",
        "</main>",
        "</html>",
    ] {
        assert!(html.contains(part), "{part} is missing:\n{html}");
    }
    assert_eq!(html.matches("<h1").count(), 1, "{html}");
    headings_are_in_order(html);
    nothing_is_inline(html);
    ids_are_unique(html);
    links_begin_with(html, base);
}

fn headings_are_in_order(html: &str) {
    let heading = Regex::new("<h([1-6])").unwrap();
    let mut before = 0;
    for found in heading.captures_iter(html) {
        let level: u32 = found[1].parse().unwrap();
        assert!(level <= before + 1, "h{level} behind h{before}:\n{html}");
        before = level;
    }
}

/// The policy of the pages lets nothing of this run; what it would stop must not be there either.
pub(crate) fn nothing_is_inline(html: &str) {
    let inline = Regex::new(r#"(?i)<[^>]*\s(style|on[a-z]+)\s*=|<style|<script(\s[^>]*)?>[^<]|javascript:|<(iframe|object|embed|base)\b"#).unwrap();
    if let Some(found) = inline.find(html) {
        panic!("{:?} in\n{html}", found.as_str());
    }
    for tag in html.split("<script").skip(1) {
        assert!(tag.starts_with(" src=\""), "<script{tag}");
    }
}

fn ids_are_unique(html: &str) {
    let id = Regex::new(r#"\sid="([^"]*)""#).unwrap();
    let mut seen = BTreeSet::new();
    for found in id.captures_iter(html) {
        assert!(
            seen.insert(found[1].to_owned()),
            "{} twice in\n{html}",
            &found[1]
        );
    }
    let reference = Regex::new(r#"\s(?:for|aria-labelledby|aria-describedby)="([^"]*)""#).unwrap();
    for found in reference.captures_iter(html) {
        for name in found[1].split(' ') {
            assert!(seen.contains(name), "{name} is not there:\n{html}");
        }
    }
}

fn links_begin_with(html: &str, base: &str) {
    let link = Regex::new(r#"\s(?:href|src|action|data-source)="([^"]*)""#).unwrap();
    for found in link.captures_iter(html) {
        let to = &found[1];
        let fits = to.starts_with('#')
            || to == "/" && base.is_empty()
            || to == base
            || to.starts_with(&format!("{base}/"));
        assert!(fits && !to.starts_with("//"), "{to} is not below {base:?}");
    }
}

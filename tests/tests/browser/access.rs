//! Whether everybody can use a page: axe-core's rules, and what fits on a phone.

use serde_json::Value;

use crate::driver::{Browser, DESK, PHONE, Scheme};

const AXE: &str = include_str!("../../fixtures/axe-core/axe.min.js");

/// Checks the page that is open, as each kind of device and in both schemes, and keeps a picture of each.
pub(crate) fn everywhere(browser: &Browser, name: &str) {
    for (device, size) in [("desk", DESK), ("phone", PHONE)] {
        for (scheme, colours) in [("light", Scheme::Light), ("dark", Scheme::Dark)] {
            let what = format!("{name}-{device}-{scheme}");
            browser.appear(size, colours);
            browser.keep_picture(&what);
            assert_eq!(violations(browser), [""; 0], "{what}");
            let wide = browser.script(
                "return document.documentElement.scrollWidth - document.documentElement.clientWidth",
            );
            assert_eq!(wide, 0, "{what} is wider than its window");
        }
    }
    browser.appear(DESK, Scheme::Light);
    assert_eq!(browser.complaints(), [""; 0], "{name}");
}

/// The rules that the page breaks, and where.
fn violations(browser: &Browser) -> Vec<String> {
    if browser.script("return typeof axe") == "undefined" {
        browser.script(&format!("{AXE};\nwindow.axe = axe;"));
    }
    let found = browser.script_later(
        "const done = arguments[arguments.length - 1];
         axe.run(document, { resultTypes: ['violations'] })
            .then(found => done(found.violations), error => done([{ id: String(error), nodes: [] }]));",
    );
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let found = found.as_array().unwrap().iter();
    found
        .map(|broken| {
            let nodes = broken["nodes"].as_array().unwrap().iter();
            let nodes: Vec<_> = nodes.map(|node| text(&node["html"])).collect();
            format!("{}: {}", text(&broken["id"]), nodes.join(" | "))
        })
        .collect()
}

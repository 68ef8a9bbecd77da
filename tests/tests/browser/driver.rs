//! A real browser, headless, driven through chromedriver.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use axum::http::Method;
use fantoccini::elements::Element;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use url::Url;

/// The colours that a visitor prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    Light,
    Dark,
}

/// A window's width and height.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size(pub(crate) u32, pub(crate) u32);

pub(crate) const DESK: Size = Size(1280, 900);
pub(crate) const PHONE: Size = Size(360, 740);

/// A browser with a profile of its own, ended with its owner.
pub(crate) struct Browser {
    client: Client,
    runtime: Runtime,
    driver: Child,
    _profile: TempDir,
}

impl Browser {
    pub(crate) fn start() -> Self {
        let mut command = Command::new("setpriv");
        // However the test ends, its driver ends with it.
        command.args(["--pdeathsig", "KILL", "chromedriver", "--port=0"]);
        command.stdin(Stdio::null()).stderr(Stdio::null());
        let mut driver = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(driver.stdout.take().unwrap())
            .lines()
            .map(Result::unwrap);
        let port = said.find_map(|line| {
            let (_, port) = line.split_once("successfully on port ")?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let port = port.unwrap();
        // Somebody has to read what it says, or it waits for that.
        std::thread::spawn(move || said.for_each(drop));
        let profile = TempDir::new().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let options = json!({
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                "--no-first-run", "--disable-background-networking", "--disable-component-update",
                // Nothing but loopback is asked.
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
                format!("--user-data-dir={}", profile.path().display()),
            ],
        });
        let mut capabilities = Capabilities::new();
        capabilities.insert("goog:chromeOptions".to_owned(), options);
        capabilities.insert("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL" }));
        let client = runtime.block_on(async {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            builder.capabilities(capabilities);
            builder.connect(&format!("http://127.0.0.1:{port}")).await
        });
        let browser = Self {
            client: client.unwrap(),
            runtime,
            driver,
            _profile: profile,
        };
        browser.appear(DESK, Scheme::Light);
        browser
    }

    /// Looks like this kind of device from now on.
    pub(crate) fn appear(&self, Size(width, height): Size, scheme: Scheme) {
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics);
        let value = match scheme {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": value }] });
        self.devtools("Emulation.setEmulatedMedia", media);
    }

    /// Whether pages may run scripts from the next one on.
    pub(crate) fn allow_scripts(&self, may: bool) {
        let told = json!({ "value": !may });
        self.devtools("Emulation.setScriptExecutionDisabled", told);
    }

    pub(crate) fn open(&self, url: &str) {
        self.runtime.block_on(self.client.goto(url)).unwrap();
    }

    /// The address of the page.
    pub(crate) fn address(&self) -> String {
        let url = self.runtime.block_on(self.client.current_url()).unwrap();
        url.to_string()
    }

    /// The text that a person sees of the first that fits, once there is one.
    pub(crate) fn text(&self, css: &str) -> String {
        let element = self.element(css);
        self.runtime.block_on(element.text()).unwrap()
    }

    /// Waits until a person sees this text in what fits.
    pub(crate) fn until_text(&self, css: &str, wanted: &str) {
        let text = |css| {
            self.runtime.block_on(async {
                let element = self.client.find(Locator::Css(css)).await.ok()?;
                element.text().await.ok()
            })
        };
        let seen = look_for(|| text(css)?.contains(wanted).then_some(()));
        let page = || text("body").unwrap_or_default();
        assert!(
            seen.is_some(),
            "no {wanted:?} in {css} of {}: {}",
            self.address(),
            page()
        );
    }

    pub(crate) fn click(&self, css: &str) {
        let element = self.element(css);
        self.runtime.block_on(element.click()).unwrap();
    }

    pub(crate) fn write(&self, css: &str, text: &str) {
        let element = self.element(css);
        self.runtime.block_on(element.send_keys(text)).unwrap();
    }

    /// What a function's body gives in the page.
    pub(crate) fn script(&self, body: &str) -> Value {
        self.runtime
            .block_on(self.client.execute(body, Vec::new()))
            .unwrap()
    }

    /// As [`script`](Self::script), of a body that calls its last argument.
    pub(crate) fn script_later(&self, body: &str) -> Value {
        self.runtime
            .block_on(self.client.execute_async(body, Vec::new()))
            .unwrap()
    }

    /// What the page has complained of since it was asked last.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let entries = self.ask("se/log", json!({ "type": "browser" }));
        let entries = entries.as_array().unwrap().iter();
        entries
            .filter(|entry| entry["level"] != "INFO" && entry["level"] != "DEBUG")
            .map(|entry| entry["message"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Keeps a picture of the whole page beside the tests' other output.
    pub(crate) fn keep_picture(&self, name: &str) {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pages");
        std::fs::create_dir_all(&folder).unwrap();
        let height = self.script("return document.documentElement.scrollHeight");
        let width = self.script("return window.innerWidth");
        let clip = json!({ "x": 0, "y": 0, "width": width, "height": height, "scale": 1 });
        let how = json!({ "captureBeyondViewport": true, "clip": clip });
        let picture = self.devtools("Page.captureScreenshot", how);
        let picture = unbase64(picture["data"].as_str().unwrap());
        std::fs::write(folder.join(format!("{name}.png")), picture).unwrap();
    }

    fn element(&self, css: &str) -> Element {
        let found = look_for(|| {
            let found = self.client.find(Locator::Css(css));
            self.runtime.block_on(found).ok()
        });
        found.unwrap_or_else(|| panic!("no {css} in {}", self.address()))
    }

    fn devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        self.ask("goog/cdp/execute", body)
    }

    fn ask(&self, endpoint: &'static str, body: Value) -> Value {
        let command = Own { endpoint, body };
        self.runtime
            .block_on(self.client.issue_cmd(command))
            .unwrap()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.runtime.block_on(self.client.clone().close());
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// A command that only this browser's driver knows.
#[derive(Debug)]
struct Own {
    endpoint: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Own {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!(
            "session/{}/{}",
            session.unwrap_or_default(),
            self.endpoint
        ))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

/// Looks until there is something to see; a bound for a test that would never end, not a limit of time.
fn look_for<T>(mut look: impl FnMut() -> Option<T>) -> Option<T> {
    (0..2_000).find_map(|_| {
        let seen = look();
        if seen.is_none() {
            std::thread::sleep(Duration::from_millis(10));
        }
        seen
    })
}

/// The bytes of a text in base64.
fn unbase64(text: &str) -> Vec<u8> {
    let digit = |byte| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let digits: Vec<u8> = text.bytes().filter_map(digit).collect();
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    for group in digits.chunks(4) {
        let mut bits = group
            .iter()
            .fold(0_u32, |bits, digit| bits << 6 | u32::from(*digit));
        bits <<= 6 * (4 - group.len());
        bytes.extend(bits.to_be_bytes()[1..].iter().take(group.len() - 1));
    }
    bytes
}

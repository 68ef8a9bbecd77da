//! Telling a web service.

use std::io::Read;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use ureq::Agent;

use super::due::Again;
use super::hook::Hook;
use super::letter::{Letter, Unheard};
use super::secret::Secret;
use super::url::concealed;

/// The longest that a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(5);
/// So much is read of an answer that refuses, in bytes.
const READ: u64 = 1000;

/// Posts a letter. Only an answer of 2xx says that it was heard; what else it says is not read.
pub(super) fn post(url: &str, hook: &Hook, letter: &Letter) -> Result<(), Unheard> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |since| since.as_secs()).to_string();
    let agent: Agent = Agent::config_builder()
        .timeout_global(Some(hook.timeout))
        .timeout_connect(Some(CONNECT.min(hook.timeout)))
        .max_redirects(0)
        .http_status_as_error(false)
        .user_agent(concat!("upgrades/", env!("CARGO_PKG_VERSION")))
        .build()
        .into();
    let mut request = agent
        .post(url)
        .header("Content-Type", "application/json")
        .header("Upgrades-Notice", &letter.id)
        .header("Upgrades-Timestamp", &now);
    if let Some(secret) = &hook.secret {
        let secret = Secret::read(secret).map_err(|why| Unheard::new(Again::Slowly, why))?;
        request = request.header("Upgrades-Signature", signature(&secret, &now, &letter.text));
    }
    let unheard = |again, why: String| Unheard::new(again, concealed(&why, url));
    let answer = request
        .send(letter.text.as_bytes())
        .map_err(|error| unheard(Again::Soon, crate::cause::chain(&error)))?;
    let status = answer.status();
    if status.is_success() {
        return Ok(());
    }
    let again = match status.as_u16() {
        408 | 425 | 429 | 500..=599 => Again::Soon,
        _ => Again::Slowly,
    };
    let why = match status.is_redirection() {
        true => format!("it answered {status}, and redirects are not followed"),
        false => {
            let mut said = Vec::new();
            // What did not come in time is none of the reason.
            let _ = answer
                .into_body()
                .into_reader()
                .take(READ)
                .read_to_end(&mut said);
            format!("it answered {status}: {}", String::from_utf8_lossy(&said))
        }
    };
    Err(unheard(again, why.trim_end_matches(": ").to_owned()))
}

/// The signature of a text that is sent at this moment, in seconds since 1970.
fn signature(secret: &[u8], moment: &str, text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("a key may have any length");
    mac.update(moment.as_bytes());
    mac.update(b".");
    mac.update(text.as_bytes());
    let bytes = mac.finalize().into_bytes();
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    format!("v1={}", digits.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed by `openssl dgst -sha256 -hmac`.
    #[test]
    fn signs() {
        assert_eq!(
            signature(b"s3cret", "1763784000", "{\"id\":\"1\"}"),
            "v1=1573afa0238f9006732f63055d5f2b4462199039c026d7175d7a4af2b4602e55"
        );
    }
}

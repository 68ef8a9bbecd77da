//! Chance, and what is made of it: keys, and texts that nobody can guess.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A key that is known to this process only.
pub(crate) struct Secret([u8; 32]);

impl Secret {
    pub(crate) fn new() -> Self {
        Self(chance())
    }

    /// What only whoever has the key can say about `text` (HMAC-SHA256, RFC 2104).
    pub(crate) fn mac(&self, text: &[u8]) -> [u8; 32] {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(text);
        mac.finalize().into_bytes().into()
    }
}

/// Bytes that nobody can guess.
pub(crate) fn chance<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // Where the system has none, nothing that is made of it would be safe.
    getrandom::fill(&mut bytes).expect("the operating system has random bytes to give");
    bytes
}

/// A text of 32 characters that nobody can guess, fit for an address and a cookie.
pub(crate) fn unguessable() -> String {
    hex(&chance::<16>())
}

/// A text's fingerprint: what may be kept of a secret, and be compared.
pub(crate) fn fingerprint(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// Whether two are the same, in a time that does not tell where they differ.
pub(crate) fn same(one: &[u8], other: &[u8]) -> bool {
    one.ct_eq(other).into()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| DIGITS[usize::from(digit)] as char);
    digits.collect()
}

pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    let digit = |byte: u8| (byte as char).to_digit(16);
    pairs
        .map(|pair| match pair {
            [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_there_and_back() {
        let rows = [
            ("", Some(vec![])),
            ("00ff7f", Some(vec![0, 255, 127])),
            ("0", None),
            ("0g", None),
            ("é", None),
        ];
        for (text, bytes) in rows {
            assert_eq!(unhex(text), bytes, "{text}");
            if let Some(bytes) = bytes {
                assert_eq!(hex(&bytes), text);
            }
        }
    }

    /// The first test case of RFC 4231.
    #[test]
    fn a_mac_is_as_the_standard_has_it() {
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        assert_eq!(
            hex(&Secret(key).mac(b"Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        );
    }
}

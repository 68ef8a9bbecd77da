//! Backups that somebody else has written.

use std::fs;

use sha2::{Digest as _, Sha256};
use upgrades_tests::Sandbox;

/// Puts another text into the place of a file of a backup, compressed, checksum and all.
pub(crate) fn forge(shop: &Sandbox, id: &str, file: &str, text: &[u8]) {
    let bytes = zstd::encode_all(text, 1).unwrap();
    let folder = shop.path(format!("backups/{id}"));
    fs::write(folder.join(file), &bytes).unwrap();
    let sum: String = Sha256::digest(&bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let sums = fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
    let sums = sums.lines().map(|line| match line.ends_with(file) {
        true => format!("{sum}  {file}\n"),
        false => format!("{line}\n"),
    });
    fs::write(folder.join("SHA256SUMS"), sums.collect::<String>()).unwrap();
}

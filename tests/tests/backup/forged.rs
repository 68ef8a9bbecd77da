//! Backups that somebody else has written.

use std::fs;
use std::path::Path;

use sha2::{Digest as _, Sha256};
use upgrades_tests::Sandbox;

/// Puts another text into the place of a file of a backup, compressed, checksum and all.
pub(crate) fn forge(shop: &Sandbox, id: &str, file: &str, text: &[u8]) {
    let bytes = zstd::encode_all(text, 1).unwrap();
    let folder = shop.path(format!("backups/{id}"));
    fs::write(folder.join(file), &bytes).unwrap();
    note(&folder, file, &bytes);
}

/// Has a backup been made at another moment: by its name, by what it says of itself, and by the checksum of that.
pub(crate) fn rename(shop: &Sandbox, id: &str, name: &str, made_at: &str) {
    let folder = shop.path(format!("backups/{id}"));
    let path = folder.join("manifest.json");
    let mut manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    manifest["id"] = name.into();
    manifest["made_at"] = made_at.into();
    let text = serde_json::to_vec_pretty(&manifest).unwrap();
    fs::write(&path, &text).unwrap();
    note(&folder, "manifest.json", &text);
    fs::rename(&folder, shop.path(format!("backups/{name}"))).unwrap();
}

/// Notes the checksum of a file of a backup that holds these bytes by now.
fn note(folder: &Path, file: &str, bytes: &[u8]) {
    let sum: String = Sha256::digest(bytes)
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

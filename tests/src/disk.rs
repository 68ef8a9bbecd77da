//! Small disks, for what happens when one is full.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::Command;

/// A small disk, in memory, gone at the end; `None`, where this machine lets nobody mount one.
#[derive(Debug)]
pub struct Disk(PathBuf);

impl Disk {
    /// In this folder, which is made where it is missing; so large, as in `8m`.
    pub fn new(folder: PathBuf, size: &str) -> Option<Self> {
        fs::create_dir_all(&folder).unwrap();
        let options = format!("size={size}");
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
            .arg(&folder)
            .output();
        if mount.as_ref().is_ok_and(|output| output.status.success()) {
            return Some(Self(folder));
        }
        let _ = writeln!(io::stderr(), "NOT TESTED on a full disk: {mount:?}");
        None
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Nobody may use it any more.
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

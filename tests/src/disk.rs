//! [`Disk`]: a small disk of a test's own, which becomes full.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

/// A small disk in the place of a folder, gone at the end.
pub struct Disk(PathBuf);

impl Disk {
    /// With so much room, such as `1m`, in `folder`, which is made. `None`, with the reason on standard error, where this
    /// machine lets nobody mount one.
    pub fn new(folder: impl Into<PathBuf>, size: &str) -> Option<Self> {
        let folder = folder.into();
        fs::create_dir_all(&folder).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(&folder)
            .output();
        let said = match mounted {
            Ok(output) if output.status.success() => return Some(Self(folder)),
            Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
            Err(error) => error.to_string(),
        };
        // Past the test harness, which would keep it to itself; where nobody reads, nothing can be told.
        let _ = writeln!(std::io::stderr(), "NOT TESTED on a full disk: {said}");
        None
    }

    /// Gives it so much room.
    pub fn enlarge(&self, size: &str) {
        let status = Command::new("mount")
            .args(["-o", &format!("remount,size={size}")])
            .arg(&self.0)
            .status();
        assert!(status.unwrap().success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

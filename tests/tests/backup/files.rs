//! The application's own files.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use crate::shop::Shop;

/// What is in a folder: path, kind, rights, time, and content.
fn tree(folder: &Path) -> Vec<(PathBuf, u32, i64, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        let metadata = fs::symlink_metadata(&path).unwrap();
        let content = match metadata.is_file() {
            true => fs::read(&path).unwrap(),
            false => Vec::new(),
        };
        if metadata.is_dir() {
            open.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        }
        let relative = path.strip_prefix(folder).unwrap().to_owned();
        found.push((relative, metadata.mode(), metadata.mtime(), content));
    }
    found.sort();
    found
}

#[test]
fn come_back_as_they_were() {
    let shop = Shop::new("files = [\"uploads\", \"shop.conf\"]");
    let hostile = std::ffi::OsStr::from_bytes(b"caf\xe9 \n'\"$(x)");
    let long = "d".repeat(120);
    shop.write(Path::new("uploads").join(hostile), "not UTF-8");
    shop.write(format!("uploads/{long}/{long}/deep"), vec![7; 100_000]);
    shop.write("uploads/empty", "");
    shop.write("uploads/private", "secret");
    fs::set_permissions(
        shop.path("uploads/private"),
        fs::Permissions::from_mode(0o600),
    )
    .unwrap();
    fs::create_dir(shop.path("uploads/none")).unwrap();
    fs::set_permissions(shop.path("uploads/none"), fs::Permissions::from_mode(0o555)).unwrap();
    shop.write("shop.conf", "a = 1");
    shop.told(["run"]);
    let before = tree(&shop.path("uploads"));
    let id = shop.back_up();

    fs::remove_file(shop.path("uploads/empty")).unwrap();
    shop.write("uploads/private", "changed");
    shop.write("uploads/late", "late");
    fs::remove_file(shop.path("shop.conf")).unwrap();
    let restored = shop.told(["backup", "restore", &id, "--yes"]);
    assert_eq!(tree(&shop.path("uploads")), before);
    assert_eq!(shop.read("shop.conf"), "a = 1");
    let hidden = fs::read_dir(shop.path("")).unwrap();
    let hidden = hidden.filter(|entry| {
        entry
            .as_ref()
            .unwrap()
            .file_name()
            .to_str()
            .unwrap()
            .contains(".upgrades-")
    });
    assert_eq!(hidden.count(), 0, "nothing is left beside them");
    assert_eq!(shop.told(["status"])["state"], "current");

    // What was there before the restore comes back too.
    let saved = restored["before"]["id"].as_str().unwrap().to_owned();
    shop.told(["backup", "restore", &saved, "--yes"]);
    assert_eq!(shop.read("uploads/late"), "late");
}

/// Links are left out, as what they lead to may be anything; what was asked for may be one itself.
#[test]
fn links() {
    let shop = Shop::new("files = [\"uploads\"]");
    shop.write("data/kept", "kept");
    symlink(shop.path("data"), shop.path("uploads")).unwrap();
    symlink("/etc/passwd", shop.path("data/link")).unwrap();
    shop.told(["run"]);
    let told = shop.told(["backup", "create"]);
    let warning = told["warnings"][0].as_str().unwrap();
    assert!(
        warning.ends_with("data/link is a symbolic link, and is not in the backup"),
        "{warning}"
    );
    shop.write("data/kept", "changed");
    let id = told["id"].as_str().unwrap();
    shop.told(["backup", "restore", id, "--yes"]);
    assert_eq!(shop.read("data/kept"), "kept");
    assert!(
        fs::symlink_metadata(shop.path("uploads"))
            .unwrap()
            .is_symlink()
    );
}

#[test]
fn that_are_not_there() {
    let shop = Shop::new("files = [\"uploads\"]");
    shop.told(["run"]);
    let told = shop.told(["backup", "create"]);
    let warning = told["warnings"][0].as_str().unwrap();
    assert!(
        warning.ends_with("uploads is not there, and not in the backup"),
        "{warning}"
    );
    // What comes later is not in it, and stays.
    shop.write("uploads/late", "late");
    shop.told(["backup", "restore", told["id"].as_str().unwrap(), "--yes"]);
    assert_eq!(shop.read("uploads/late"), "late");
    assert_eq!(shop.left_over(), [""; 0]);
}

/// What must not be among them: the database itself, and the backups.
#[test]
fn that_hold_what_they_must_not() {
    for holds in [".", "backups", "shop.db"] {
        let shop = Shop::new(&format!("files = [\"{holds}\"]"));
        shop.told(["run"]);
        std::fs::create_dir_all(shop.path("backups")).unwrap();
        let refused = shop.refused(["backup", "create"]);
        assert_eq!(refused, ("backup-holds".to_owned(), Some(2)), "{holds}");
        assert_eq!(shop.left_over(), [""; 0]);
    }
}

/// They go where the configuration says, never where the backup says.
#[test]
fn that_have_moved() {
    let shop = Shop::new("files = [\"old/uploads\", \"other\"]");
    shop.write("old/uploads/a", "kept");
    shop.write("other/b", "kept");
    shop.told(["run"]);
    let id = shop.back_up();
    shop.configure("files = [\"new/uploads\"]");
    shop.write("new/uploads/a", "since");
    shop.write("old/uploads/a", "since");
    let refused = shop.refused(["backup", "restore", &id, "--yes"]);
    assert_eq!(refused, ("backup-unfit".to_owned(), Some(9)));
    assert_eq!(shop.read("new/uploads/a"), "since");
    shop.configure("files = [\"other\", \"new/uploads\"]");
    shop.told(["backup", "restore", &id, "--yes"]);
    assert_eq!(shop.read("new/uploads/a"), "kept");
    assert_eq!(shop.read("old/uploads/a"), "since");
}

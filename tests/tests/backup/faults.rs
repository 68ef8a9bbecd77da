//! Full disks, damaged backups, hostile archives: each is told, and the database is as it was.

use std::fs;
use std::process::Command;

use upgrades_tests::disk::Disk;
use upgrades_tests::picture;

use crate::forged::forge;
use crate::shop::Shop;

/// A shop with a backup of itself, and something done since.
fn shop(backup: &str) -> (Shop, String) {
    let shop = Shop::new(backup);
    shop.told(["run"]);
    let fill = "INSERT INTO first (name) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) \
                SELECT hex(randomblob(300)) FROM n";
    shop.open("shop.db").execute_batch(fill).unwrap();
    let id = shop.back_up();
    shop.open("shop.db")
        .execute_batch("INSERT INTO first (name) VALUES ('since')")
        .unwrap();
    (shop, id)
}

/// Whatever was done to a backup: it is refused by its name, verified or restored, and nothing else happens.
#[test]
fn damaged_backups() {
    type Damage = fn(&Shop, &str);
    let rows: [(&str, Damage); 9] = [
        ("a bit is flipped", |shop, id| {
            flip(shop, id, "database.sqlite.zst", 1000);
        }),
        ("a bit of the files is flipped", |shop, id| {
            flip(shop, id, "files.tar.zst", 20);
        }),
        ("the manifest says something else", |shop, id| {
            let path = format!("backups/{id}/manifest.json");
            let text = shop.read(&path).replace("1_first.sql", "1_worst.sql");
            shop.write(path, text);
        }),
        ("the manifest is half there", |shop, id| {
            let path = format!("backups/{id}/manifest.json");
            let text = shop.read(&path);
            shop.write(path, &text[..text.len() / 2]);
        }),
        ("the manifest is gone", |shop, id| {
            fs::remove_file(shop.path(format!("backups/{id}/manifest.json"))).unwrap();
        }),
        ("the database is half there", |shop, id| {
            let path = shop.path(format!("backups/{id}/database.sqlite.zst"));
            let bytes = fs::read(&path).unwrap();
            fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
        }),
        ("the database is gone", |shop, id| {
            fs::remove_file(shop.path(format!("backups/{id}/database.sqlite.zst"))).unwrap();
        }),
        ("the checksums are gone", |shop, id| {
            fs::remove_file(shop.path(format!("backups/{id}/SHA256SUMS"))).unwrap();
        }),
        ("it is of a newer form", |shop, id| {
            let path = format!("backups/{id}/manifest.json");
            let text = shop.read(&path).replace("\"format\": 1", "\"format\": 99");
            shop.write(path, text);
        }),
    ];
    for (case, damage) in rows {
        let (shop, id) = shop("files = [\"core\"]");
        let before = picture(&shop.open("shop.db"), &[]);
        let kept = shop.backups();
        damage(&shop, &id);
        for command in [
            ["backup", "verify", &id, "--quiet"],
            ["backup", "restore", &id, "--yes"],
        ] {
            let refused = shop.refused(command);
            assert_eq!(
                refused,
                ("backup-damaged".to_owned(), Some(9)),
                "{case}, {command:?}"
            );
        }
        assert_eq!(picture(&shop.open("shop.db"), &[]), before, "{case}");
        assert_eq!(shop.backups(), kept, "{case}");
        assert_eq!(shop.left_over(), [""; 0], "{case}");
    }
}

fn flip(shop: &Shop, id: &str, file: &str, at: usize) {
    let path = shop.path(format!("backups/{id}/{file}"));
    let mut bytes = fs::read(&path).unwrap();
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

/// Archives that somebody else has made, checksums and all.
#[test]
fn hostile_archives() {
    let file = tar::EntryType::Regular;
    let rows = [
        ("../outside", file, ""),
        ("uploads/../../outside", file, ""),
        ("/outside", file, ""),
        ("other/outside", file, ""),
        ("uploads/link", tar::EntryType::Symlink, "/etc/passwd"),
        ("uploads/hard", tar::EntryType::Link, "/etc/passwd"),
        ("uploads/device", tar::EntryType::Char, ""),
        ("uploads/pipe", tar::EntryType::Fifo, ""),
    ];
    for (name, kind, link) in rows {
        let shop = Shop::new("files = [\"uploads\"]");
        shop.write("uploads/kept", "kept");
        shop.told(["run"]);
        let id = shop.back_up();
        let mut archive = tar::Builder::new(Vec::new());
        append(&mut archive, "uploads/first", file, "");
        append(&mut archive, name, kind, link);
        forge(&shop, &id, "files.tar.zst", &archive.into_inner().unwrap());

        let before = picture(&shop.open("shop.db"), &[]);
        let answer = shop.upgrades(["backup", "restore", &id, "--yes"]);
        assert_eq!(answer.status, Some(9), "{name}: {answer:#?}");
        assert!(
            answer.stderr.contains("files.tar.zst has the entry"),
            "{name}: {answer:#?}"
        );
        assert_eq!(shop.read("uploads/kept"), "kept", "{name}");
        assert!(!shop.path("uploads/first").exists(), "{name}");
        assert!(
            !shop.path("outside").exists() && !shop.path("../outside").exists(),
            "{name}"
        );
        assert_eq!(picture(&shop.open("shop.db"), &[]), before, "{name}");
    }
}

/// Adds an entry, whatever its name: the library would refuse to write such.
fn append(archive: &mut tar::Builder<Vec<u8>>, name: &str, kind: tar::EntryType, link: &str) {
    let mut header = tar::Header::new_gnu();
    let old = header.as_old_mut();
    old.name[..name.len()].copy_from_slice(name.as_bytes());
    old.linkname[..link.len()].copy_from_slice(link.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_size(0);
    header.set_cksum();
    archive.append(&header, std::io::empty()).unwrap();
}

#[test]
fn backups_that_are_not_for_this() {
    let (shop, id) = shop("");
    let rows = [
        (
            vec!["backup", "restore", "20200101T000000000Z-1", "--yes"],
            "backup-unknown",
            2,
        ),
        (
            vec!["backup", "restore", "../backups", "--yes"],
            "backup-unknown",
            2,
        ),
        (vec!["backup", "verify", ""], "backup-unknown", 2),
        (
            vec!["backup", "restore", &id, "--yes", "--prefix", "x_"],
            "backup-unfit",
            9,
        ),
        // Nobody is there to ask.
        (vec!["backup", "restore", &id], "usage", 2),
    ];
    for (arguments, code, exit) in rows {
        assert_eq!(
            shop.refused(&arguments),
            (code.to_owned(), Some(exit)),
            "{arguments:?}"
        );
    }
    shop.write(
        "upgrades.toml",
        "database = \"sqlite:shop.db\"\n[tracks.core]\ndirectory = \"core\"\n",
    );
    assert_eq!(
        shop.refused(["backup", "list"]),
        ("backup-folder".to_owned(), Some(2))
    );
}

#[test]
fn no_room_for_a_backup() {
    let shop = Shop::new("");
    shop.told(["run"]);
    let fill = "INSERT INTO first (name) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) \
                SELECT hex(randomblob(500)) FROM n";
    shop.open("shop.db").execute_batch(fill).unwrap();
    let Some(_disk) = Disk::new(shop.path("backups"), "1m") else {
        return;
    };
    assert_eq!(
        shop.refused(["backup", "create"]),
        ("backup-no-room".to_owned(), Some(9))
    );
    assert_eq!(shop.backups(), [""; 0]);
    assert_eq!(shop.left_over(), [""; 0]);
}

/// Room enough when it was asked, and none any more while the copy is under way.
#[test]
fn a_disk_that_fills_up() {
    let (shop, id) = shop("");
    let kept = shop.path("kept");
    fs::rename(shop.path("backups"), &kept).unwrap();
    let Some(_disk) = Disk::new(shop.path("backups"), "2m") else {
        return;
    };
    let copied = Command::new("cp")
        .args(["-a"])
        .arg(kept.join(&id))
        .arg(shop.path("backups"))
        .status();
    assert!(copied.unwrap().success());
    let before = picture(&shop.open("shop.db"), &[]);
    // A restore needs room for the database aside; of that nothing is asked before.
    for arguments in [
        vec!["backup", "verify", &id],
        vec!["backup", "restore", &id, "--yes"],
    ] {
        let (code, exit) = shop.refused(&arguments);
        assert_eq!(exit, Some(9), "{arguments:?} {code}");
    }
    assert_eq!(picture(&shop.open("shop.db"), &[]), before);
    assert_eq!(shop.backups(), [id]);
    assert_eq!(shop.left_over(), [""; 0]);
}

/// A volume that is mounted, as containers have them: told before anything is replaced, as it could not be finished.
#[test]
fn files_on_a_mount() {
    let shop = Shop::new("files = [\"uploads\"]");
    shop.told(["run"]);
    let Some(disk) = Disk::new(shop.path("uploads"), "1m") else {
        return;
    };
    shop.write("uploads/kept", "kept");
    let told = shop.told(["backup", "create"]);
    let warning = told["warnings"][0].as_str().unwrap();
    assert!(warning.contains("uploads is a mount point"), "{warning}");
    let id = told["id"].as_str().unwrap();
    let before = picture(&shop.open("shop.db"), &[]);
    let refused = shop.refused(["backup", "restore", id, "--yes"]);
    assert_eq!(refused, ("backup-unfit".to_owned(), Some(9)));
    assert_eq!(picture(&shop.open("shop.db"), &[]), before);
    assert_eq!(shop.told(["status"])["state"], "current");
    drop(disk);
    shop.told(["backup", "restore", id, "--yes"]);
    assert_eq!(shop.read("uploads/kept"), "kept");
}

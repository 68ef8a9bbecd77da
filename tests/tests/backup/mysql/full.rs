//! Full disks: where backups are kept, and where the server keeps its data.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use upgrades_tests::disk::Disk;
use upgrades_tests::mariadb::{Durability, Flavour, Server, numbers};

use super::Installation;

/// So many rows of 2 kB that nothing makes smaller.
fn fill(shop: &Installation, rows: u32) {
    shop.database.query(&format!(
        "INSERT INTO first (name) SELECT HEX(RANDOM_BYTES(1000)) FROM {}",
        numbers(rows)
    ));
}

/// No room where the backup goes: told before, or where it was there then, when it is.
#[test]
fn where_backups_are_kept() {
    let shop = Installation::new("");
    shop.told(["run"]);
    fill(&shop, 3000);
    let before = shop.picture();
    for size in ["64k", "1m", "2m"] {
        let Some(_disk) = Disk::new(shop.path("backups"), size) else {
            return;
        };
        let answer = shop.upgrades(["backup", "create"]);
        assert_eq!(answer.status, Some(9), "{size}: {answer:#?}");
        let told = ["backup-no-room", "backup-file", "backup-failed"];
        assert!(
            told.iter().any(|code| answer.stderr.contains(code)),
            "{size}: {answer:#?}"
        );
        assert_eq!(shop.backups(), [""; 0]);
        assert_eq!(shop.left_over(), [""; 0], "{size}");
    }
    assert_eq!(shop.picture(), before);
}

/// A server whose data are on a disk that has room for them once.
#[test]
fn where_the_data_are() {
    // The database is dropped before the server, and that before its disk.
    let server: &'static Server = Box::leak(Box::new(Server::start(Durability::Fast)));
    let data = server.connect().query("SELECT @@datadir");
    let data = PathBuf::from(data[0][0].clone().unwrap());
    server.stop();
    let kept = data.with_file_name("kept");
    fs::rename(&data, &kept).unwrap();
    let Some(disk) = Disk::new(data.clone(), Flavour::choose("80m", "160m")) else {
        return;
    };
    let copied = Command::new("cp")
        .args(["-a", "-T"])
        .args([&kept, &data])
        .status();
    assert!(copied.unwrap().success());
    fs::remove_dir_all(&kept).unwrap();
    server.restart();

    let database = server.database();
    let url = database.url();
    let shop = Installation::of(database, &url, "", "");
    shop.told(["run"]);
    fill(&shop, 2000);
    let id = shop.back_up();
    let before = shop.picture();
    let free = rustix::fs::statvfs(&data).unwrap();
    let free = free.f_bavail * free.f_frsize;
    let filler = data.join("filler");
    let leave = 2 << 20;
    fs::write(&filler, vec![0; (free - leave) as usize]).unwrap();
    for arguments in [
        vec!["backup", "verify", &id],
        vec!["backup", "restore", &id, "--yes"],
    ] {
        let answer = shop.upgrades(&arguments);
        assert_eq!(answer.status, Some(9), "{arguments:?} {answer:#?}");
        assert!(
            answer.stderr.contains("the server's disk"),
            "{arguments:?} {answer:#?}"
        );
    }
    // With room again, nothing is left of it, and all works.
    fs::remove_file(&filler).unwrap();
    assert_eq!(shop.picture(), before);
    assert_eq!(shop.told(["status"])["state"], "current");
    shop.told(["backup", "verify", &id]);
    shop.told(["backup", "restore", &id, "--yes"]);
    assert_eq!(shop.picture(), before);
    shop.must_be_tidy("after all");
    drop(shop);
    server.kill();
    drop(disk);
}

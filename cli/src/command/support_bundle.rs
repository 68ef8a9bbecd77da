//! `upgrades support-bundle`

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use upgrades::Timestamp;

use super::Failure;
use crate::config::{Config, ConfigError};
use crate::reply::{GOOD, Reply, paint};
use crate::table::size;

const ABOUT: &str = "\
What `upgrades support-bundle` has packed, to be posted where help is asked for.

Here are: states and versions; names of tracks, scripts, tables, columns and placeholders; checksums; times; the history with
statements whose literals and comments are taken out, and errors of known forms without the rows that they quote; settings.

Left out are: where the database is, users and passwords, values of placeholders, statements about accounts, errors of any other
form, people's reasons, descriptions, texts of scripts, paths, and names of machines, which are numbered.

Look into it before you post it, all the same: `zstd -dc FILE | tar -xO`.
";

pub(super) fn answer(config: &Config, output: Option<&Path>) -> Result<Reply, Failure> {
    let path = match output {
        Some(path) => path.to_owned(),
        None => PathBuf::from(format!("upgrades-support-{}.tar.zst", moment())),
    };
    let mut documents: Vec<(String, Vec<u8>)> = vec![("about.txt".to_owned(), ABOUT.into())];
    let configuration = ("configuration", config.shown());
    for (name, document) in config
        .upgrader()?
        .support_documents()
        .into_iter()
        .chain([configuration, ("program", program())])
    {
        let text = format!("{document:#}\n");
        documents.push((format!("{name}.json"), text.into_bytes()));
    }
    let bytes = write(&path, &documents).map_err(|error| {
        let message = format!(
            "the support bundle {} cannot be written: {error}; a file that is there is never replaced",
            path.display()
        );
        ConfigError::new(message)
    })?;
    let names: Vec<_> = documents.iter().map(|(name, _)| name.as_str()).collect();
    let text = format!(
        "{}: {}, {} without secrets: {}\nlook into it before you post it: zstd -dc {} | tar -xO\n",
        paint(GOOD, "written"),
        path.display(),
        size(bytes),
        names.join(", "),
        path.display()
    );
    let json = json!({ "file": path, "bytes": bytes, "documents": names });
    Ok(Reply::new(text, json))
}

fn program() -> Value {
    json!({ "command": env!("CARGO_PKG_VERSION"), "packed_at": Timestamp::now() })
}

/// Now, as a part of a file's name.
fn moment() -> String {
    let moment = Timestamp::now().to_string();
    let (whole, _) = moment.split_once('.').unwrap_or((&moment, ""));
    let digits = whole.chars().filter(char::is_ascii_alphanumeric);
    digits.collect::<String>() + "Z"
}

/// Writes the archive aside and gives it its name when it is whole; tells how large it is.
fn write(path: &Path, documents: &[(String, Vec<u8>)]) -> io::Result<u64> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let name = name.to_string_lossy();
    let aside = path.with_file_name(format!(".{name}.{}", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&aside)?;
    // A link is refused where there is a file already, which a renamed file would replace.
    let written = pack(file, documents).and_then(|bytes| {
        fs::hard_link(&aside, path)?;
        Ok(bytes)
    });
    fs::remove_file(&aside)?;
    written
}

fn pack(file: File, documents: &[(String, Vec<u8>)]) -> io::Result<u64> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |since| since.as_secs());
    let mut archive = tar::Builder::new(zstd::Encoder::new(file, 0)?);
    for (name, text) in documents {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o600);
        header.set_mtime(now);
        archive.append_data(&mut header, name, text.as_slice())?;
    }
    let mut file = archive.into_inner()?.finish()?;
    file.flush()?;
    file.sync_all()?;
    Ok(file.metadata()?.len())
}

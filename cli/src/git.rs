//! What git remembers of a folder.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::config::ConfigError;

/// The files that lay directly in `folder` at a revision, with their contents.
///
/// # Errors
/// There is no git, no repository, or no such revision.
pub(crate) fn files_at(
    folder: &Path,
    revision: &str,
) -> Result<BTreeMap<String, Vec<u8>>, ConfigError> {
    // Whether there is a repository at all, so that what fails below is the revision.
    git(folder, &["rev-parse", "--git-dir"])?;
    // Asked for on its own, so that the listing gets a commit's name and never an option.
    let commit = git(
        folder,
        &[
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &format!("{revision}^{{commit}}"),
        ],
    )
    .map_err(|_| {
        ConfigError::new(format!(
            "{revision:?} is no revision of the repository of {}",
            folder.display()
        ))
    })?;
    let commit = String::from_utf8_lossy(&commit).trim().to_owned();
    let listing = git(folder, &["ls-tree", "-z", &commit, "./"])?;
    let mut files = BTreeMap::new();
    for line in listing.split(|b| *b == 0) {
        // MODE TYPE OBJECT<tab>NAME
        let line = String::from_utf8_lossy(line);
        let Some((about, name)) = line.split_once('\t') else {
            continue;
        };
        let mut about = about.split(' ');
        if let (Some(_), Some("blob"), Some(object)) = (about.next(), about.next(), about.next()) {
            files.insert(name.to_owned(), git(folder, &["cat-file", "blob", object])?);
        }
    }
    Ok(files)
}

fn git(folder: &Path, arguments: &[&str]) -> Result<Vec<u8>, ConfigError> {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .output();
    match output {
        Ok(output) if output.status.success() => Ok(output.stdout),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            Err(ConfigError::new(format!(
                "git cannot read {}: {said}",
                folder.display()
            )))
        }
        Err(error) => Err(ConfigError::new(format!("git cannot be run: {error}"))),
    }
}

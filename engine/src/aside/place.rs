//! [`Place`]: a folder for what is aside, which leaves nothing behind.

use std::fs;
use std::path::{Path, PathBuf};

use super::AsideError;
use crate::backup::Backups;
use crate::backup::folder::Folder;
use crate::backup::workplace::Workplace;
use crate::error::Error;
use crate::lock::Holder;
use crate::store::{Fault, StoreError};
use crate::upgrader::Upgrader;

/// What the folder is called that is made beside a database, or in a folder that is given: nothing else is in it, as what
/// the dead have left in it is removed.
const ASIDE: &str = "upgrades-aside";

/// A folder to work in. It is gone with its owner, or with the next one after a death.
pub(crate) struct Place {
    folder: PathBuf,
    workplace: Option<Workplace>,
}

impl Place {
    pub(crate) fn path(&self) -> &Path {
        let workplace = self.workplace.as_ref();
        workplace.map_or(&self.folder, Workplace::path)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.workplace = None;
        // Others may be at work in it; then it stays.
        let _ = fs::remove_dir(&self.folder);
    }
}

impl Upgrader<'_> {
    /// A folder to work in: in this one; else in the folder for backups, beside the database, or in the system's folder for
    /// temporary files, whichever there is.
    pub(crate) fn place(&self, what: &str, told: Option<&Path>) -> Result<Place, Error> {
        let beside = || {
            let files = self.copied().ok()?.files();
            let folder = files.first()?.parent()?.join(ASIDE);
            Some(folder)
        };
        let own = told
            .map(|told| told.join(ASIDE))
            .or_else(|| self.backups.as_ref().map(Backups::directory))
            .or_else(beside);
        let everybodys = own.is_none();
        let folder = own.unwrap_or_else(|| std::env::temp_dir().join(ASIDE));
        let name = format!("{what}-{}", Holder::me(None).run);
        let workplace = Folder::new(folder.clone()).workplace(&name)?;
        if everybodys && !has_one_owner(&folder, workplace.path()) {
            let message = format!(
                "{} belongs to somebody else, who could read what is in it; name a folder for backups, which is used then",
                folder.display()
            );
            return Err(AsideError::copy("made")(StoreError::new(Fault::Io, message)).into());
        }
        Ok(Place {
            folder,
            workplace: Some(workplace),
        })
    }
}

/// Whether two folders belong to the same user. Anybody may make one in the folder for temporary files.
fn has_one_owner(one: &Path, other: &Path) -> bool {
    #[cfg(unix)]
    {
        let owner = |path: &Path| {
            let found = fs::symlink_metadata(path).ok()?;
            Some(std::os::unix::fs::MetadataExt::uid(&found))
        };
        owner(one).is_some_and(|owned| Some(owned) == owner(other))
    }
    #[cfg(not(unix))]
    {
        let _ = (one, other);
        true
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn whose_folders() {
        let folder = tempfile::tempdir().expect("a folder");
        let mine = folder.path().join("mine");
        fs::create_dir(&mine).expect("another in it");
        assert!(has_one_owner(folder.path(), &mine));
        assert!(!has_one_owner(&folder.path().join("missing"), &mine));
        // A link may lead anywhere; its owner counts.
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/nowhere", &link).expect("a link");
        assert!(has_one_owner(&link, &mine));
    }
}

//! What MySQL keeps in other languages than SQL.

use super::Unread;
use crate::store::{Session, texts};

const ROUTINES: &str = "SELECT LOWER(ROUTINE_TYPE), ROUTINE_NAME FROM information_schema.ROUTINES \
     WHERE ROUTINE_SCHEMA = DATABASE() AND ROUTINE_BODY = 'EXTERNAL'";
/// Only MySQL knows of any, since 9.2.
const KNOWS_LIBRARIES: &str = "SELECT TABLE_NAME FROM information_schema.TABLES \
     WHERE TABLE_SCHEMA = 'information_schema' AND TABLE_NAME = 'LIBRARIES'";
const LIBRARIES: &str = "SELECT 'library', LIBRARY_NAME FROM information_schema.LIBRARIES WHERE LIBRARY_SCHEMA = DATABASE()";

/// Refuses it: how such a text is quoted, and what in it came from a script's placeholders, is not known.
///
/// # Errors
/// There is some, or the database cannot be asked.
pub(super) fn refuse(session: &mut dyn Session) -> Result<(), Unread> {
    let mut found = texts(session, ROUTINES)?;
    if !texts::<1>(session, KNOWS_LIBRARIES)?.is_empty() {
        found.extend(texts(session, LIBRARIES)?);
    }
    match found.into_iter().next() {
        None => Ok(()),
        Some([kind, name]) => {
            let why = format!("the {kind} {name} is in another language than SQL");
            Err(Unread::Unsaid(why))
        }
    }
}

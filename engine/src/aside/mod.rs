//! Work in a second database that nobody else knows of: what the real one's upgrade would do, without touching it.

pub(crate) mod confines;
mod error;
pub(crate) mod picture;
mod place;
mod reach;
mod staying;

pub use error::AsideError;
pub(crate) use place::Place;
pub(crate) use reach::Reach;
pub(crate) use staying::must_stay;

use crate::store::{Store, Whole};
use crate::upgrader::Upgrader;

impl Upgrader<'_> {
    /// The same upgrade on another database, with as much of the tracks as `reach` says. It tells nobody, writes no failure
    /// log and makes no backup.
    pub(crate) fn on<'s>(&self, store: Box<dyn Store + 's>, reach: Reach) -> Upgrader<'s> {
        let mut aside = Upgrader::of(store).told_as(self);
        aside.reach = reach;
        aside
    }

    /// The database as a whole, to make another one beside it.
    pub(crate) fn copied(&self) -> Result<&dyn Whole, AsideError> {
        self.store.whole().ok_or_else(|| AsideError::Impossible {
            database: self.store.address(),
        })
    }
}

//! Many requests share what one look at the database shows.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use upgrades::store::{Claimant, Session, Store, StoreError};
use upgrades::{Dialect, Holder, LockRecord, Track, Upgrader};
use upgrades_dashboard::Dashboard;

use crate::lab::get;

/// A real database, and how often it was opened.
struct Counted {
    store: upgrades::store::SqliteFile,
    opened: Arc<AtomicUsize>,
}

impl Store for Counted {
    fn dialect(&self) -> Dialect {
        self.store.dialect()
    }

    fn address(&self) -> String {
        self.store.address()
    }

    fn read(&self) -> Result<Option<Box<dyn Session + '_>>, StoreError> {
        self.opened.fetch_add(1, Ordering::SeqCst);
        self.store.read()
    }

    fn claimant<'a>(
        &'a self,
        me: &Holder,
        prefix: &str,
    ) -> Result<Box<dyn Claimant<'a> + 'a>, StoreError> {
        self.store.claimant(me, prefix)
    }

    fn holder(&self, prefix: &str) -> Result<Option<LockRecord>, StoreError> {
        self.store.holder(prefix)
    }

    fn doubt(&self) -> Option<String> {
        self.store.doubt()
    }
}

/// A thousand requests, and no more looks than seconds have gone by.
#[test]
fn readiness_costs_one_look_a_second() {
    let sandbox = upgrades_tests::Sandbox::new();
    let opened = Arc::new(AtomicUsize::new(0));
    let store = Counted {
        store: upgrades::sqlite(sandbox.path("shop.db")),
        opened: opened.clone(),
    };
    let upgrader = Upgrader::new(store).track(Track::core([("1.sql", "SELECT 1;")]));
    let upgrader = Arc::new(upgrader.without_failure_log());
    upgrader.run().unwrap();
    let board = Dashboard::new(upgrader).router();
    let before = opened.load(Ordering::SeqCst);
    let began = std::time::Instant::now();
    // On threads of their own: those of the runtime are what the looks themselves need.
    std::thread::scope(|scope| {
        for _ in 0..100 {
            scope.spawn(|| {
                for _ in 0..10 {
                    assert_eq!(get(&board, "/readyz").status, 200);
                }
            });
        }
    });
    let looks = (opened.load(Ordering::SeqCst) - before) as u64;
    assert!(looks <= 1 + began.elapsed().as_secs(), "{looks} looks");
    // Being alive is not the database's business.
    let before = opened.load(Ordering::SeqCst);
    assert_eq!(get(&board, "/healthz").status, 200);
    assert_eq!(opened.load(Ordering::SeqCst), before);
}

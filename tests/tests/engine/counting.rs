//! A store that counts what it is asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use upgrades::store::{
    BrokenKey, Changed, Claim, Claimant, Limits, Lock, Session, Store, StoreError, Structure, Take,
    Value,
};
use upgrades::{Dialect, Holder, LockRecord, Place};

/// What was asked of a store.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) reads: AtomicUsize,
    writes: AtomicUsize,
    claims: AtomicUsize,
    statements: AtomicUsize,
}

impl Counts {
    pub(crate) fn shown(&self) -> String {
        let number = |count: &AtomicUsize| count.load(Ordering::SeqCst);
        format!(
            "{} read, {} write, {} claim, {} statements",
            number(&self.reads),
            number(&self.writes),
            number(&self.claims),
            number(&self.statements)
        )
    }
}

/// A store that counts, and asks the real one.
pub(crate) struct Counting<S>(pub(crate) S, pub(crate) Arc<Counts>);

struct CountingSession<'s>(Box<dyn Session + 's>, Arc<Counts>);

impl<S: Store> Store for Counting<S> {
    fn dialect(&self) -> Dialect {
        self.0.dialect()
    }
    fn address(&self) -> String {
        self.0.address()
    }
    fn read(&self) -> Result<Option<Box<dyn Session + '_>>, StoreError> {
        self.1.reads.fetch_add(1, Ordering::SeqCst);
        let session = self.0.read()?;
        Ok(session.map(|session| {
            Box::new(CountingSession(session, Arc::clone(&self.1))) as Box<dyn Session>
        }))
    }
    fn claimant<'a>(
        &'a self,
        me: &Holder,
        prefix: &str,
    ) -> Result<Box<dyn Claimant<'a> + 'a>, StoreError> {
        let inner = self.0.claimant(me, prefix)?;
        Ok(Box::new(CountingClaimant(inner, Arc::clone(&self.1))))
    }
    fn holder(&self, prefix: &str) -> Result<Option<LockRecord>, StoreError> {
        self.0.holder(prefix)
    }
    fn doubt(&self) -> Option<String> {
        self.0.doubt()
    }
    fn apart(&self) -> Option<Box<dyn Store>> {
        self.0.apart()
    }
    fn can_be_apart(&self) -> bool {
        self.0.can_be_apart()
    }
}

struct CountingClaimant<'a>(Box<dyn Claimant<'a> + 'a>, Arc<Counts>);

impl<'a> Claimant<'a> for CountingClaimant<'a> {
    fn claim(&mut self) -> Result<Claim<'a>, StoreError> {
        self.1.claims.fetch_add(1, Ordering::SeqCst);
        Ok(match self.0.claim()? {
            Claim::Held(lock, deaths) => {
                Claim::Held(Box::new(CountingLock(lock, Arc::clone(&self.1))), deaths)
            }
            taken @ Claim::Taken(_) => taken,
        })
    }
}

struct CountingLock<'a>(Box<dyn Lock + 'a>, Arc<Counts>);

impl Lock for CountingLock<'_> {
    fn write(&self) -> Result<Box<dyn Session + '_>, StoreError> {
        self.1.writes.fetch_add(1, Ordering::SeqCst);
        let session = self.0.write()?;
        Ok(Box::new(CountingSession(session, Arc::clone(&self.1))))
    }
    fn script(&self, at: Option<&Place>) {
        self.0.script(at);
    }
    fn statement(&self, number: u64) {
        self.0.statement(number);
    }
    fn forget_deaths(&self) {
        self.0.forget_deaths();
    }
}

impl CountingSession<'_> {
    fn one(&mut self) -> &mut dyn Session {
        self.1.statements.fetch_add(1, Ordering::SeqCst);
        self.0.as_mut()
    }
}

impl Session for CountingSession<'_> {
    fn query(&mut self, sql: &str, parameters: &[Value]) -> Result<Vec<Vec<Value>>, StoreError> {
        self.one().query(sql, parameters)
    }
    fn execute(&mut self, sql: &str, parameters: &[Value]) -> Result<u64, StoreError> {
        self.one().execute(sql, parameters)
    }
    fn change(&mut self, sql: &str, parameters: &[Value]) -> Result<Changed, StoreError> {
        self.one().change(sql, parameters)
    }
    fn each(
        &mut self,
        sql: &str,
        parameters: &[Value],
        take: &mut Take<'_>,
    ) -> Result<(), StoreError> {
        self.one().each(sql, parameters, take)
    }
    fn run(&mut self, statement: &str) -> Result<(), StoreError> {
        self.one().run(statement)
    }
    fn has_table(&mut self, name: &str) -> Result<bool, StoreError> {
        self.one().has_table(name)
    }
    fn begin(&mut self) -> Result<(), StoreError> {
        self.one().begin()
    }
    fn commit(&mut self) -> Result<(), StoreError> {
        self.one().commit()
    }
    fn roll_back(&mut self) -> Result<(), StoreError> {
        self.one().roll_back()
    }
    fn savepoint(&mut self) -> Result<(), StoreError> {
        self.one().savepoint()
    }
    fn release(&mut self) -> Result<(), StoreError> {
        self.one().release()
    }
    fn roll_back_to_savepoint(&mut self) -> Result<(), StoreError> {
        self.one().roll_back_to_savepoint()
    }
    fn in_transaction(&self) -> bool {
        self.0.in_transaction()
    }
    fn restore_last_insert_id(&mut self, id: i64) -> Result<(), StoreError> {
        self.one().restore_last_insert_id(id)
    }
    fn foreign_keys(&mut self) -> Result<bool, StoreError> {
        self.one().foreign_keys()
    }
    fn enforce_foreign_keys(&mut self, on: bool) -> Result<(), StoreError> {
        self.one().enforce_foreign_keys(on)
    }
    fn broken_foreign_keys(&mut self) -> Result<Vec<BrokenKey>, StoreError> {
        self.one().broken_foreign_keys()
    }
    fn set_limits(&mut self, limits: Limits) -> Result<(), StoreError> {
        self.one().set_limits(limits)
    }
    fn renew(&mut self) -> Result<(), StoreError> {
        self.one().renew()
    }
    fn structure(&mut self) -> &mut dyn Structure {
        self.one().structure()
    }
}

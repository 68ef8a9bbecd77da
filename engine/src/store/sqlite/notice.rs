//! What a lock file says about its holder, kept true while statements go by faster than files are written.

use std::cell::OnceCell;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::lock::{DoneRows, LockRecord, Place};

/// A record in a file: a new script is written at once, a new statement within [`PAUSE`], by a thread.
pub(super) struct Notice {
    shared: Arc<Shared>,
    writer: OnceCell<Option<JoinHandle<()>>>,
}

/// How long a statement may go untold.
const PAUSE: Duration = Duration::from_millis(20);

struct Shared {
    file: File,
    path: PathBuf,
    state: Mutex<State>,
    over: Condvar,
}

struct State {
    record: LockRecord,
    written: bool,
    over: bool,
}

impl Notice {
    /// Writes the record into the file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn new(file: File, path: PathBuf, record: LockRecord) -> io::Result<Self> {
        write(&file, &record)?;
        Ok(Self {
            shared: Arc::new(Shared {
                file,
                path,
                state: Mutex::new(State {
                    record,
                    written: true,
                    over: false,
                }),
                over: Condvar::new(),
            }),
            writer: OnceCell::new(),
        })
    }

    /// The file, whose lock the record is about.
    pub(super) fn file(&self) -> &File {
        &self.shared.file
    }

    /// Changes the record, and writes it at once.
    pub(super) fn tell(&self, change: impl FnOnce(&mut LockRecord)) {
        let mut state = self.shared.lock();
        change(&mut state.record);
        self.shared.write(&mut state);
    }

    /// Tells of a script at once, and of its statements from then on.
    pub(super) fn script(&self, at: Option<&Place>) {
        self.tell(|record| record.at = at.cloned());
        if at.is_some() {
            self.writer.get_or_init(|| {
                let shared = self.shared.clone();
                let thread = thread::Builder::new().name("upgrades-lock".to_owned());
                // Without the thread, others see the script and not the statement.
                thread.spawn(move || shared.keep_writing()).ok()
            });
        }
    }

    /// Tells of the next statement, soon.
    pub(super) fn statement(&self, number: u64) {
        self.soon(|place| place.move_to(number));
    }

    /// Tells of the statement and how far its batch is, soon.
    pub(super) fn batch(&self, number: u64, rows: Option<DoneRows>) {
        self.soon(|place| {
            place.statement = number;
            place.rows = rows;
        });
    }

    /// Changes the place, and leaves it to the thread to write it.
    fn soon(&self, change: impl FnOnce(&mut Place)) {
        let mut state = self.shared.lock();
        if let Some(place) = &mut state.record.at {
            change(place);
            state.written = false;
        }
    }
}

impl Drop for Notice {
    fn drop(&mut self) {
        self.shared.lock().over = true;
        self.shared.over.notify_all();
        if let Some(Some(writer)) = self.writer.take() {
            // It does nothing that could panic.
            let _ = writer.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep_writing(&self) {
        let mut state = self.lock();
        while !state.over {
            let waited = self.over.wait_timeout(state, PAUSE);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            if !state.written && !state.over {
                self.write(&mut state);
            }
        }
    }

    /// The record is for others to read; a full disk must not stop the work for its sake.
    fn write(&self, state: &mut State) {
        state.written = true;
        if let Err(error) = write(&self.file, &state.record) {
            let path = self.path.display();
            log::warn!("the lock file {path} cannot be written: {error}");
        }
    }
}

/// One line at the beginning of the file, in one write; what an earlier, longer line has left behind it does not count.
fn write(file: &File, record: &LockRecord) -> io::Result<()> {
    let mut line = serde_json::to_vec(record)?;
    line.push(b'\n');
    write_at_start(file, &line)
}

#[cfg(unix)]
fn write_at_start(file: &File, line: &[u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, line, 0)
}

#[cfg(not(unix))]
fn write_at_start(mut file: &File, line: &[u8]) -> io::Result<()> {
    use std::io::{Seek, SeekFrom, Write};
    file.seek(SeekFrom::Start(0))?;
    file.write_all(line)
}

//! [`Background`]: the thread that tells hooks. There is at most one for an [`Upgrader`](crate::Upgrader), and none while
//! nothing waits.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::due::{Again, pause};
use super::hook::Hook;
use super::letter::Letter;
use super::post::{Post, Tried, chance};
use crate::clock::Timestamp;

/// Whether there is a thread, and whether it has to look again.
#[derive(Default)]
pub(super) struct Background {
    state: Mutex<State>,
    woken: Condvar,
}

#[derive(Default, Clone, Copy)]
struct State {
    at_work: bool,
    look_again: bool,
}

impl Background {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has a thread look into the outbox now: the one that there is, or a new one with `post`.
    pub(super) fn look(
        self: &Arc<Self>,
        unwritten: &Arc<Mutex<Vec<Letter>>>,
        post: impl FnOnce() -> Option<Post>,
    ) {
        let mut state = self.state();
        if state.at_work {
            state.look_again = true;
            self.woken.notify_all();
            return;
        }
        let Some(post) = post() else { return };
        let (here, unwritten) = (AtWork(Some(self.clone())), unwritten.clone());
        state.at_work = true;
        drop(state);
        let thread = thread::Builder::new().name("upgrades-hooks".to_owned());
        if let Err(error) = thread.spawn(move || here.work(&post, &unwritten)) {
            log::warn!("hooks are told by the next start, as no thread can be started: {error}");
        }
    }
}

/// The thread's presence, which ends with it, whatever ends it. `None`: it has ended.
struct AtWork(Option<Arc<Background>>);

impl Drop for AtWork {
    fn drop(&mut self) {
        if let Some(background) = &self.0 {
            background.state().at_work = false;
        }
    }
}

impl AtWork {
    fn work(mut self, post: &Post, unwritten: &Mutex<Vec<Letter>>) {
        let mut failures = 0;
        loop {
            for letter in taken(unwritten) {
                if let Some(hook) = post.hooks.iter().find(|hook| hook.name == letter.hook) {
                    tell_once(&letter, hook);
                }
            }
            let rest = match post.round(&mut Tried::new(), None) {
                Ok(round) => {
                    failures = 0;
                    round.next.map(|next| next.since(Timestamp::now()))
                }
                Err(error) => {
                    failures += 1;
                    log::warn!("the outbox cannot be used for now: {error}");
                    Some(pause(failures, Again::Soon, chance()))
                }
            };
            if !self.rests(rest) {
                return;
            }
        }
    }

    /// Waits until something is to be done; `false`: nothing is, and the thread ends.
    fn rests(&mut self, rest: Option<Duration>) -> bool {
        let Some(background) = self.0.take() else {
            return false;
        };
        let mut state = background.state();
        if !state.look_again {
            match rest {
                None => {
                    // From here on, whoever has something starts another thread.
                    state.at_work = false;
                    return false;
                }
                Some(rest) => {
                    let waited = background
                        .woken
                        .wait_timeout_while(state, rest, |state| !state.look_again);
                    state = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        }
        state.look_again = false;
        drop(state);
        self.0 = Some(background);
        true
    }
}

/// What there is to be told, which nobody else has any more.
pub(super) fn taken(unwritten: &Mutex<Vec<Letter>>) -> Vec<Letter> {
    std::mem::take(&mut *unwritten.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Tells what could not be put into the outbox; whether it was heard.
pub(super) fn tell_once(letter: &Letter, hook: &Hook) -> bool {
    match letter.deliver(hook) {
        Ok(()) => {
            log::info!("hook {} was told of {} directly", hook.name, letter.issue);
            true
        }
        Err(unheard) => {
            log::error!(
                "hook {} was not told of {}, and is not tried again, as the outbox cannot be written: {}",
                hook.name,
                letter.issue,
                unheard.why
            );
            false
        }
    }
}

//! What a run tells while it works, on standard error: a bar on a terminal, lines elsewhere.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use upgrades::store::BrakeKind;
use upgrades::{Event, Role, ScriptId, Why, inert};

use crate::reply::{WARNING, paint};
use crate::table::took;

const STATEMENTS: &str = "{bar:30} {pos}/{len} statements  {msg}";
const DEATHS: &str = "{bar:30} {pos}/{len} deaths, {eta} left";
const BYTES: &str = "{bar:30} backup, {bytes} of {total_bytes}, {eta} left";

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// Listens to a run and shows it.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    /// How many scripts have begun, and how many there are.
    count: Mutex<(usize, usize)>,
}

impl Progress {
    /// A bar where there is a terminal and no log to disturb, lines otherwise.
    pub(crate) fn new(verbose: bool) -> Self {
        let terminal = std::io::stderr().is_terminal() && !verbose;
        let bar = terminal.then(|| {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
                .with_style(style(STATEMENTS))
        });
        Self {
            bar,
            count: Mutex::default(),
        }
    }

    /// Shows an event.
    pub(crate) fn show(&self, event: &Event<'_>) {
        let mut count = self
            .count
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        match event {
            Event::Waiting { .. } => self.line(&event.to_string()),
            Event::Started {
                scripts,
                statements,
                ..
            } => {
                *count = (0, *scripts);
                if let Some(bar) = &self.bar {
                    bar.set_length(*statements);
                }
            }
            Event::ScriptStarted { script, .. } if is_callback(script) => {
                let script = inert(&script.to_string());
                match &self.bar {
                    Some(bar) => bar.set_message(script),
                    None => self.line(&script),
                }
            }
            Event::ScriptStarted { script, .. } => {
                count.0 += 1;
                let script = inert(&script.to_string());
                match &self.bar {
                    Some(bar) => bar.set_message(script),
                    None => self.line(&format!("[{}/{}] {script}", count.0, count.1)),
                }
            }
            // The statements of callbacks are not among those that the run has counted.
            Event::StatementDone { script, .. } if is_callback(script) => {}
            Event::StatementDone { .. } => {
                if let Some(bar) = &self.bar {
                    bar.inc(1);
                }
            }
            Event::Expected { left, .. } => {
                let left = took(left.as_millis() as u64);
                match &self.bar {
                    Some(bar) => bar.set_message(format!("{}, about {left} left", bar.message())),
                    None if count.0 == 1 => {
                        self.line(&format!("about {left}, as it was rehearsed"))
                    }
                    None => {}
                }
            }
            Event::Repeated { scripts } => {
                count.0 = count.0.saturating_sub(*scripts);
                self.line(&paint(WARNING, event));
            }
            Event::Held { brake, .. } if brake.kind == BrakeKind::Trouble => {
                self.line(&paint(WARNING, event));
            }
            Event::Held { .. } => self.line(&event.to_string()),
            Event::Warned(_) => self.line(&format!("{}: {event}", paint(WARNING, "warning"))),
            Event::BackingUp { done, total, .. } => {
                if let Some(bar) = &self.bar {
                    bar.set_style(style(BYTES));
                    bar.set_length(*total);
                    bar.set_position(*done);
                }
            }
            Event::BackedUp(backup) => {
                if let Some(bar) = &self.bar {
                    bar.set_style(style(STATEMENTS));
                    bar.reset();
                    if backup.why != Why::BeforeRun {
                        bar.finish_and_clear();
                    }
                }
                // Whoever asked for it is answered anyway.
                if backup.why != Why::Asked {
                    self.line(&event.to_string());
                }
            }
            Event::Tried { done, of } => match &self.bar {
                Some(bar) if done == of => bar.finish_and_clear(),
                Some(bar) => {
                    bar.set_style(style(DEATHS));
                    bar.set_length(*of);
                    bar.set_position(*done);
                }
                None if *done == 0 => self.line(&format!("killing and resuming {of} runs")),
                None => {}
            },
            Event::BackupRemoved(_) | Event::Restoring(_) => self.line(&event.to_string()),
            Event::Failed(_) | Event::Finished(_) => {
                if let Some(bar) = &self.bar {
                    bar.finish_and_clear();
                }
            }
            // Applied is in the summary; an event that this command does not know yet is not shown.
            _ => {}
        }
    }

    fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| write_line(text)),
            None => write_line(text),
        }
    }
}

fn is_callback(script: &ScriptId) -> bool {
    matches!(script.role(), Role::Callback(_))
}

fn write_line(text: &str) {
    // Whoever closed standard error does not want to know.
    let _ = writeln!(anstream::stderr(), "{text}");
}

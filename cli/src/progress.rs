//! What a run tells while it works, on standard error: a bar on a terminal, lines elsewhere.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use upgrades::store::BrakeKind;
use upgrades::{Event, Role, ScriptId};

use crate::reply::{WARNING, paint};
use crate::table::safe;

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
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} statements  {msg}");
            let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_style(style)
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
                let script = safe(&script.to_string());
                match &self.bar {
                    Some(bar) => bar.set_message(script),
                    None => self.line(&script),
                }
            }
            Event::ScriptStarted { script, .. } => {
                count.0 += 1;
                let script = safe(&script.to_string());
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
            Event::Repeated { scripts } => {
                count.0 = count.0.saturating_sub(*scripts);
                self.line(&paint(WARNING, event));
            }
            Event::Held { brake, .. } if brake.kind == BrakeKind::Trouble => {
                self.line(&paint(WARNING, event));
            }
            Event::Held { .. } => self.line(&event.to_string()),
            Event::Warned(_) => self.line(&format!("{}: {event}", paint(WARNING, "warning"))),
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

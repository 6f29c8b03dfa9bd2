//! The desktop session of one test. Where the test fails, what was seen is kept.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use xtask::desktop::{Desktop, Options};

use super::pictures;
use super::wait::until;

/// The most lines of a log that a failure prints.
const TAIL: usize = 60;

/// A session that explains itself when the test fails.
pub struct Session {
    desktop: Desktop,
    display: bool,
    answered: usize,
}

impl Session {
    /// With display, keyring and browser.
    pub fn new() -> Self {
        Self::with(&Options::default())
    }

    /// Without a display.
    pub fn without_display() -> Self {
        Self::with(&Options {
            display: false,
            keyring: false,
            ..Options::default()
        })
    }

    /// As asked for.
    pub fn with(options: &Options) -> Self {
        let desktop = Desktop::start(options).expect("a session of its own");
        Self {
            desktop,
            display: options.display,
            answered: 0,
        }
    }

    /// Leaves unanswered what the browser was asked to open so far.
    pub fn pass_over_opened(&mut self) {
        self.answered = self.desktop.opened().len();
    }

    /// The next address that the system's browser is asked to open.
    pub async fn next_opened(&mut self, patience: Duration) -> String {
        let desktop = &self.desktop;
        let answered = self.answered;
        let url = until(
            "the system's browser is asked to open an address",
            patience,
            || {
                let next = desktop.opened().get(answered).cloned();
                async move { next.ok_or_else(|| format!("{answered} addresses so far")) }
            },
        )
        .await;
        self.answered += 1;
        url
    }
}

impl Deref for Session {
    type Target = Desktop;

    fn deref(&self) -> &Desktop {
        &self.desktop
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut Desktop {
        &mut self.desktop
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("test").replace("::", "-");
        if self.display {
            let picture = pictures::out(&format!("failed-{name}"));
            match self.desktop.picture(&picture) {
                Ok(()) => eprintln!("the display: {}", picture.display()),
                Err(error) => eprintln!("no picture of the display: {error}"),
            }
        }
        for (process, text) in self.desktop.logs() {
            let lines: Vec<&str> = text.lines().collect();
            let tail = lines[lines.len().saturating_sub(TAIL)..].join("\n");
            eprintln!("--- {process}\n{tail}");
        }
    }
}

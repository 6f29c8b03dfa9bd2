//! What a command and the app say to each other: one line of JSON that asks, then lines of JSON that
//! tell, the last of which is the end. Both sides bound what they read.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use miso_api::{LogLevel, LogLine};
use miso_client::ApiAnswer;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::api;
use super::exit::{Exit, Refused};
use crate::gate::Gate;

/// Another one is not understood.
pub(super) const VERSION: u32 = 1;
/// Bytes of a question: a body of 2 MiB, each character of which may be written out.
pub(super) const LONGEST_REQUEST: u64 = 14 * 1024 * 1024;
/// Bytes of a line that tells: an answer of 1 MiB or a log line, the same way.
pub(super) const LONGEST_TOLD: u64 = 64 * 1024 * 1024;
/// As much is told ahead of who reads it.
pub(super) const AHEAD: usize = 64;
/// What was sent is answered by then, or the transport gives up: its 30 s, and a moment.
pub(super) const ANSWERED: Duration = Duration::from_secs(35);

/// A question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Request {
    pub version: u32,
    /// The connection as it was named.
    pub connection: Option<String>,
    pub ask: Ask,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "camelCase")]
pub(crate) enum Ask {
    /// A call of the instance's own API.
    Api {
        method: String,
        /// With its query.
        path: String,
        headers: Vec<(String, String)>,
        body: Option<String>,
        /// Whether it may write to production and to a locked connection.
        yes: bool,
    },
    /// Lines of a log.
    Logs(LogWanted),
    /// Where which application runs, and how it is.
    Apps,
    /// What is known, for completions. Asks the instance for nothing.
    Names,
}

impl Ask {
    /// Whether it changes something.
    pub(super) fn writes(&self) -> bool {
        match self {
            Self::Api { method, path, .. } => {
                api::call(method.clone(), path, Vec::new(), None).writes()
            }
            Self::Logs(_) | Self::Apps | Self::Names => false,
        }
    }
}

/// Which lines are wanted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct LogWanted {
    pub application: String,
    pub environment: Option<String>,
    pub since: Option<DateTime<Utc>>,
    /// A regular expression that their messages match.
    pub grep: Option<String>,
    /// One of these levels; empty for any.
    #[serde(default)]
    pub levels: Vec<LogLevel>,
    /// Whether it goes on.
    pub follow: bool,
}

/// What is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "told", rename_all = "camelCase")]
pub(crate) enum Told {
    /// An answer of the API.
    Answer { answer: Box<ApiAnswer> },
    /// A line of a log.
    Line {
        environment: String,
        line: Box<LogLine>,
    },
    /// An application in an environment.
    Row { row: Row },
    /// What is known.
    Names { names: Names },
    /// What whoever asked should know besides.
    Note { text: String },
    /// A write leaves now: from here on it may happen.
    Sent,
    /// The end.
    Ended { exit: Exit, reason: Option<String> },
}

/// An application in an environment, or one that runs nowhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Row {
    pub application: String,
    pub name: String,
    pub environment: Option<String>,
    pub status: String,
    pub health: Option<String>,
    pub since: Option<DateTime<Utc>>,
    pub image: Option<String>,
    pub url: Option<String>,
}

/// What is known without asking.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Names {
    pub applications: Vec<String>,
    pub environments: Vec<String>,
}

/// Where a command's words go.
#[derive(Clone)]
pub(crate) struct Teller {
    to: mpsc::Sender<Told>,
    gate: Arc<Gate>,
}

/// Where they are heard.
pub(super) struct Telling {
    told: mpsc::Receiver<Told>,
    gate: Arc<Gate>,
}

/// Nobody hears it any more.
#[derive(Debug)]
pub(crate) struct Gone;

impl From<Gone> for Refused {
    fn from(_: Gone) -> Self {
        Self::new(Exit::CalledOff, "nobody waits for it any more")
    }
}

impl Teller {
    pub(super) fn new() -> (Self, Telling) {
        let (to, told) = mpsc::channel(AHEAD);
        let gate = Arc::new(Gate::default());
        let telling = Telling {
            told,
            gate: gate.clone(),
        };
        (Self { to, gate }, telling)
    }

    /// Tells something, once there is room for it.
    ///
    /// # Errors
    /// [`Gone`].
    pub(super) async fn tell(&self, told: Told) -> Result<(), Gone> {
        self.to.send(told).await.map_err(|_| Gone)
    }

    /// The same in words.
    ///
    /// # Errors
    /// [`Gone`].
    pub(super) async fn note(&self, text: impl Into<String>) -> Result<(), Gone> {
        self.tell(Told::Note { text: text.into() }).await
    }

    /// Waits until nobody hears it any more, or it was called off.
    pub(super) async fn gone(&self) {
        tokio::select! {
            () = self.to.closed() => {}
            () = self.called_off() => {}
        }
    }

    /// Waits until it was called off; for ever where a write has left before.
    pub(super) async fn called_off(&self) {
        self.gate.called_off().await;
    }

    /// Whether a write may leave now; where it may, that is told, and nobody calls it off any more.
    pub(super) fn leaves(&self) -> bool {
        if !self.gate.leave() {
            return false;
        }
        // There is room for it: little was told before. Whether somebody hears it changes nothing.
        let _gone = self.to.try_send(Told::Sent);
        true
    }
}

impl Telling {
    /// What is told next; `None` after the end.
    pub(super) async fn next(&mut self) -> Option<Told> {
        self.told.recv().await
    }

    /// Whether more was told already.
    pub(super) fn has_more(&self) -> bool {
        !self.told.is_empty()
    }

    /// Calls the command off; `false` where a write has left, which is heard to its end.
    pub(super) fn call_off(&self) -> bool {
        self.gate.call_off()
    }
}

impl Drop for Telling {
    fn drop(&mut self) {
        self.call_off();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_and_told_is_one_line_each() {
        let request = Request {
            version: VERSION,
            connection: Some("Orders\nlive".to_owned()),
            ask: Ask::Logs(LogWanted {
                application: "checkout".to_owned(),
                environment: None,
                since: Some(DateTime::UNIX_EPOCH),
                grep: Some("a\nb".to_owned()),
                levels: vec![LogLevel::Error],
                follow: true,
            }),
        };
        let line = serde_json::to_string(&request).unwrap();
        assert!(!line.contains('\n'));
        assert_eq!(serde_json::from_str::<Request>(&line).unwrap(), request);
        let ended = Told::Ended {
            exit: Exit::NeedsYes,
            reason: Some("a\nb".to_owned()),
        };
        let line = serde_json::to_string(&ended).unwrap();
        assert!(!line.contains('\n'));
        assert_eq!(serde_json::from_str::<Told>(&line).unwrap(), ended);
    }

    #[tokio::test]
    async fn that_a_write_leaves_is_told_unless_it_was_called_off_before() {
        let (to, told) = Teller::new();
        assert!(told.call_off() && !to.leaves());
        to.called_off().await;
        to.gone().await;
        assert!(!told.has_more(), "that it was sent is not told");
        let (to, mut told) = Teller::new();
        assert!(to.leaves() && !told.call_off() && to.leaves());
        assert_eq!(told.next().await, Some(Told::Sent));
        drop(told);
        to.gone().await;
        let off = tokio::time::timeout(Duration::ZERO, to.called_off()).await;
        assert!(off.is_err(), "it is carried to its end");
        let (to, told) = Teller::new();
        drop(told);
        assert!(!to.leaves(), "nobody is there");
    }
}

//! What a far end is asked, and what it answers.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::mpsc;

/// What the far end answers to one request.
pub struct Answer {
    pub status: u16,
    pub body: String,
    pub headers: Vec<(&'static str, String)>,
    /// Takes the request and closes the connection.
    pub lost: bool,
    /// How long it takes; `None` for ever.
    pub after: Option<Duration>,
    /// What comes instead of the body, as it comes.
    pub goes_on: Option<Pieces>,
}

/// A body that is written while it is read.
pub type Pieces = mpsc::UnboundedReceiver<io::Result<Bytes>>;

/// Makes an answer.
pub type Make = fn() -> Answer;

impl Answer {
    pub fn json(status: u16, body: Value) -> Self {
        Self {
            status,
            body: body.to_string(),
            headers: Vec::new(),
            lost: false,
            after: Some(Duration::ZERO),
            goes_on: None,
        }
    }

    /// A stream of events, and what writes them.
    pub fn events() -> (Self, mpsc::UnboundedSender<io::Result<Bytes>>) {
        let (write, pieces) = mpsc::unbounded_channel();
        let answer = Self {
            goes_on: Some(pieces),
            ..Self::text(200, "").with("content-type", "text/event-stream")
        };
        (answer, write)
    }

    /// An answer that never comes.
    pub fn never() -> Self {
        Self {
            after: None,
            ..Self::text(200, "")
        }
    }

    /// The same answer with a header.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// The same answer, later.
    pub fn after(self, time: Duration) -> Self {
        Self {
            after: Some(time),
            ..self
        }
    }

    pub fn error(status: u16, code: &str) -> Self {
        Self::json(
            status,
            json!({"error": {"code": code, "message": "no", "requestId": "req-1"}}),
        )
    }

    pub fn text(status: u16, body: &str) -> Self {
        Self {
            body: body.to_owned(),
            ..Self::json(status, Value::Null)
        }
    }

    pub fn lost() -> Self {
        Self {
            lost: true,
            ..Self::text(200, "")
        }
    }
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    pub line: String,
    pub token: Option<String>,
    pub body: String,
    /// Its `Idempotency-Key`.
    pub key: Option<String>,
    /// Whether a stream of events was asked for.
    pub is_live: bool,
    /// Its `If-None-Match`.
    pub unless: Option<String>,
    /// The version that it may be written in the place of.
    pub matching: Option<String>,
    /// Who was asked.
    pub issuer: String,
}

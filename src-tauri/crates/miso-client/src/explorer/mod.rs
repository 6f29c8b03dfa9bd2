//! The explorer: calls of the instance's own API that somebody writes by hand. They go the way of all
//! calls, and what they write is held to the same rules.

mod copying;
mod guard;
mod history;
mod pretty;
mod reach;
mod resources;
mod sending;
mod words;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::wire::openapi::is_write;
use crate::{ConfirmationId, Stage};

pub use copying::{ApiLanguage, CopiedCall, CopiedCommand, CopiedSearch, log_command};
pub(crate) use history::SentCalls;
pub use history::{ApiSent, SentBy};

/// A call that was written by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ApiCall {
    /// The method, in capitals.
    pub method: String,
    /// The path as the document lists it, with the names of its parameters; only to find it again.
    pub template: String,
    /// The path below the instance, percent-encoded.
    pub path: String,
    /// The query, not encoded.
    pub query: Vec<(String, String)>,
    /// Headers beside those that every call has.
    pub headers: Vec<(String, String)>,
    /// The body: JSON as it was written.
    pub body: Option<String>,
}

impl ApiCall {
    /// Whether it changes something, by its method.
    pub fn writes(&self) -> bool {
        is_write(&self.method)
    }
}

/// A call by hand to production, shown to be confirmed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlannedCall {
    /// What it is sent with.
    pub confirmation: ConfirmationId,
    /// Where it writes.
    pub environment: Stage,
}

/// What an answer's body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ApiAnswerKind {
    /// JSON, with a line for each value.
    Json,
    /// Text as it came.
    Text,
    /// No text: it is not shown.
    Binary,
    /// There is none.
    Empty,
}

/// What came back to a call by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ApiAnswer {
    /// The HTTP status, whatever it is.
    pub status: u16,
    /// Its usual words.
    pub reason: Option<String>,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// What the body is.
    pub kind: ApiAnswerKind,
    /// The body, at most the first mebibyte of it.
    pub text: String,
    /// Bytes of it that were read.
    pub bytes: u32,
    /// Whether there is more of it.
    pub cut: bool,
    /// From when it was sent to the end of the answer, in milliseconds.
    pub milliseconds: u32,
    /// What to tell the operator of the instance.
    pub request_id: Option<String>,
    /// How many requests it was: more than one where the session was renewed meanwhile, or a read got no
    /// answer at first.
    pub requests: u32,
    /// How many are left of this hour.
    pub left_this_hour: u32,
    /// How many are left of this minute.
    pub left_this_minute: u32,
}

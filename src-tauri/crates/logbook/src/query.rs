//! What is searched for.

use chrono::{DateTime, Utc};
use miso_api::LogLevel;

/// What is searched for: lines for which all of it holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// What the message has.
    pub text: Option<Text>,
    /// One of these levels; empty means any.
    pub levels: Vec<LogLevel>,
    /// Not written before.
    pub from: Option<DateTime<Utc>>,
    /// Written before.
    pub to: Option<DateTime<Utc>>,
    /// What the line's fields are.
    pub fields: Vec<FieldTest>,
}

/// What a message has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// These characters. Where none of them is an upper-case letter, either case will do.
    Literal(String),
    /// What a regular expression of the crate `regex` matches.
    Regex(String),
    /// These characters, in the message or in what one of the line's fields is. Either case as with
    /// `Literal`.
    Anywhere(String),
}

impl Text {
    /// Bytes of what is searched for.
    pub(crate) fn len(&self) -> usize {
        let (Self::Literal(text) | Self::Regex(text) | Self::Anywhere(text)) = self;
        text.len()
    }
}

/// What one of a line's fields is. Besides those in `fields` there are `source`, `environment` and
/// `instance`, where a line has no field of that name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldTest {
    /// The field's name.
    pub name: String,
    /// Its text, or its JSON where it is no text; `None` is content with anything.
    pub value: Option<String>,
}

/// Why a query cannot be searched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadQuery {
    /// The regular expression is none.
    Syntax {
        /// What is wrong.
        reason: String,
        /// Where, in characters from its beginning.
        at: usize,
    },
    /// The text is longer than 4 KiB, or the regular expression too large when it is written out.
    TooLarge,
}

impl std::fmt::Display for BadQuery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Syntax { reason, at } => write!(f, "{reason}, at character {at}"),
            Self::TooLarge => f.write_str("what is searched for is too large"),
        }
    }
}

impl std::error::Error for BadQuery {}

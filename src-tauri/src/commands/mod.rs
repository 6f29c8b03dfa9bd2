//! What the pages can call: each command parses, calls and maps the error, in a few lines. Every
//! name stands in `names.rs` and is granted by a capability.

pub(crate) mod connections;
pub(crate) mod logs;
pub(crate) mod portal;
pub(crate) mod session;
pub(crate) mod start;
pub(crate) mod watch;

/// What a command answers.
pub(crate) type Answer<T> = Result<T, crate::error::CommandError>;

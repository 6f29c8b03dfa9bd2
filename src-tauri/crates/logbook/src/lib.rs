//! Log lines on disk: a book for each connection, account, application and environment, as plain
//! JSON Lines that any tool can read, with windows by position. It knows lines, not HTTP.
//!
//! A book is a folder of segments `SEQUENCE-FIRST.jsonl`. Lines are only ever added at the end of
//! the last segment and only ever removed with a whole segment at the front, so a position, once
//! given, stays that line's. What is in memory is where each line begins, and it is made again
//! from the files each time a book is opened. Files are read in blocks, never mapped: people may
//! edit them.

mod append;
mod book;
mod cursor;
mod files;
mod index;
mod limits;
mod line;
mod logbook;
mod name;
mod seen;
mod segment;

pub use book::Book;
pub use limits::{Clock, Limits};
pub use logbook::{BookKey, Logbook};

//! Log lines on disk: a book for each connection, account, application and environment, as plain
//! JSON Lines that any tool can read, with windows by position and search. It knows lines, not
//! HTTP.
//!
//! A book is a folder of segments `SEQUENCE-FIRST.jsonl`. What is in memory of a segment is a mark
//! for every few lines (`marks`): where they begin, when they were written, how many are bad. It
//! is made again from the files each time a book is opened. Files are read in blocks, never
//! mapped: people may edit them.
//!
//! # Positions
//!
//! A line's position is its place in the server's order. Lines are added at the end of the last
//! segment and removed with a whole segment at the front; neither changes the position of any
//! other line. Two things do, and both raise the book's *generation*, which every window tells:
//!
//! - **Lines that are put into a gap.** How many are missing is not known before they are here, so
//!   no positions are kept free for them; lines after them move back by as many as came.
//!   [`Book::moved`] says where a line is now, so that a view keeps its place.
//! - **Somebody else changed a file.** A segment that is not as it was last read or written here
//!   (length, time, inode) makes the index be read again, before anything of it is given out.
//!   Where a line is then cannot be said; a view reads anew.
//!
//! A gap is a file of its own between the segments, `SEQUENCE.PART.gap`, with its bounds; what is
//! put into it becomes a segment `SEQUENCE.PART-FIRST.jsonl` before or after it. One rename makes
//! it there: after a crash it is whole or not at all, and the gap is still where it was.
//!
//! Several books are merged by time ([`Merged`]): within a book lines stay in the server's order,
//! each as if it was written no earlier than those before it.

mod about;
mod append;
mod backfill;
mod book;
mod canonical;
mod caseless;
mod cursor;
mod export;
mod files;
mod foreign;
mod found;
mod gap;
mod guess;
mod index;
mod kept;
mod key;
mod limits;
mod line;
mod line_test;
mod lock;
mod logbook;
mod marks;
mod mask;
mod matcher;
mod merged;
mod merged_search;
mod name;
mod newest;
mod patterns;
mod piece;
mod positions;
mod query;
mod scan;
mod search;
mod seen;
mod segment;
mod spread;
mod times;
mod upkeep;

pub use backfill::Backfilled;
pub use book::{Book, Window};
pub use export::{Export, ExportForm, ExportPart, ExportProgress, Origin, plain, written};
pub use foreign::{Foreign, ForeignLines};
pub use found::{Bucket, Found, FoundWindow, Marked};
pub use gap::{Gap, GapId, GapReason, Remains};
pub use kept::Kept;
pub use limits::{Clock, Limits, TOTAL_BYTES};
pub use line_test::LineTest;
pub use logbook::{BookKey, Logbook};
pub use mask::{LONGEST as LONGEST_PATTERN, MASK, mask};
pub use matcher::Hit;
pub use merged::{Merged, MergedLine, MergedWindow};
pub use merged_search::{MergedFound, MergedSearch};
pub use patterns::{
    MOST as MOST_PATTERNS, NewSince, Pattern, Patterns, new_since, patterns, patterns_from,
};
pub use query::{BadQuery, FieldTest, Query, Text};
pub use search::{Outcome, Progress, Search};

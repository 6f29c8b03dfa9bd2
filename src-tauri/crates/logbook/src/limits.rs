//! How much is kept.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

const MIB: u64 = 1024 * 1024;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The most bytes of all books together, unless said otherwise: 2 GiB.
pub const TOTAL_BYTES: u64 = 2048 * MIB;

/// The bounds of a book. Whole segments are dropped, the oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of all segments together; the segment being written always stays.
    pub book_bytes: u64,
    /// The bytes after which a new segment is begun.
    pub segment_bytes: u64,
    /// How long after it was last written to a segment is kept.
    pub age: Duration,
    /// Of how many of the last lines the ids are remembered, to leave out what is kept already.
    pub remembered_ids: usize,
}

impl Limits {
    /// The usual ones for production: 24 hours.
    pub fn production() -> Self {
        Self {
            age: DAY,
            ..Self::default()
        }
    }
}

/// 2 GiB in segments of 8 MiB, 7 days, 100,000 ids.
impl Default for Limits {
    fn default() -> Self {
        Self {
            book_bytes: TOTAL_BYTES,
            segment_bytes: 8 * MIB,
            age: 7 * DAY,
            remembered_ids: 100_000,
        }
    }
}

/// What time it is, for the age of segments.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

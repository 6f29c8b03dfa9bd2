//! What was, at any time: how every place was seen in the readings of the applications, kept for as
//! long as the account is. It asks for nothing: what pages and the tray read is what there is, and
//! when nothing was read, nothing is known.

mod compared;
mod kept;
mod seen;
mod since;
#[cfg(test)]
mod since_tests;
#[cfg(test)]
mod tests;
mod then;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

pub(crate) use kept::{Past, SCHEMA, Whose};
pub(crate) use seen::Glimpse;
pub use then::{CellThen, FleetThen, PlaceThen, RowThen};

use crate::{Client, Failure};

/// Where the list was read at least so often, nothing was missed. The list is read every ten seconds
/// to two minutes while it is on screen (DESIGN.md, "The request budget").
pub(crate) const GAP: TimeDelta = TimeDelta::minutes(5);
/// So long it is kept.
pub(crate) const KEPT: TimeDelta = TimeDelta::days(90);
/// As many changes are kept, of all connections together.
pub(crate) const MOST: usize = 200_000;
/// As many times are told to step through, the newest.
const MOST_MARKS: usize = 1_000;

/// What of the past is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Observed {
    /// Since when; nothing where nothing was ever seen.
    pub from: Option<DateTime<Utc>>,
    /// Up to when; the moment of asking while it is being observed.
    pub to: Option<DateTime<Utc>>,
    /// While what was known was kept up to date; what lies between them is not known.
    pub spans: Vec<ObservedSpan>,
    /// When something changed, the oldest first; of many, the newest.
    pub marks: Vec<DateTime<Utc>>,
}

/// A time without a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ObservedSpan {
    /// When it begins.
    pub from: DateTime<Utc>,
    /// When it ends.
    pub to: DateTime<Utc>,
}

impl Client {
    /// Since when the past is known, with its gaps, and when something changed.
    ///
    /// # Errors
    /// [`crate::Code::CacheFailed`].
    pub fn observed(&self) -> Result<Observed, Failure> {
        let now = self.inner.clock.now();
        let spans = self.inner.view.past(|database, whose| {
            let spans = kept::spans(database, whose)?;
            Ok((spans, kept::marks(database, whose, MOST_MARKS)?))
        });
        let (spans, marks) = spans?;
        let mut spans: Vec<ObservedSpan> = spans
            .into_iter()
            .map(|(from, to)| ObservedSpan {
                from: moment(from),
                to: moment(to),
            })
            .collect();
        if let Some(last) = spans.last_mut() {
            last.to = goes_on_to(last.to, now);
        }
        Ok(Observed {
            from: spans.first().map(|span| span.from),
            to: spans.last().map(|span| span.to),
            spans,
            marks: marks.into_iter().map(moment).collect(),
        })
    }
}

/// Up to when the newest span goes: while the next reading is not overdue, up to now.
fn goes_on_to(ended: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    if now > ended && now - ended <= GAP {
        now
    } else {
        ended
    }
}

/// A time as it is kept, in milliseconds since 1970.
fn moment(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}

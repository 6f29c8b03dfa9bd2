//! Whether lines that are not kept are what a query asks for.

use miso_api::LogLine;

use crate::matcher::{Hit, Matcher};
use crate::query::{BadQuery, Query};

/// A query, for lines that come from elsewhere than a book.
pub struct LineTest(Matcher);

impl LineTest {
    /// Makes a query ready.
    ///
    /// # Errors
    /// Where the query has an expression that is none.
    pub fn new(query: &Query) -> Result<Self, BadQuery> {
        Matcher::new(query).map(Self)
    }

    /// Where the text is in the line's message; `None` where the line does not match.
    pub fn hits(&self, line: &LogLine) -> Option<Vec<Hit>> {
        self.0
            .is_line_match(line)
            .then(|| self.0.hits(&line.message))
    }
}

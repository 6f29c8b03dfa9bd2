//! The budget of a connection, which outlives a run of the app.

use std::sync::Arc;

use chrono::TimeDelta;

use crate::{Budget, Cache, Clock, Connection, Limits};

impl Budget {
    /// The budget of a connection, with what an earlier run has spent of it.
    pub(crate) fn of(connection: &Connection, clock: Arc<dyn Clock>, cache: Arc<Cache>) -> Self {
        let id = &connection.id;
        let since = clock.now() - TimeDelta::hours(1);
        let sent_before = cache.sent_since(id, since).unwrap_or_else(|failure| {
            tracing::warn!(?failure, "what was sent before is not known");
            Vec::new()
        });
        let id = id.clone();
        let keep = Box::new(move |at| cache.note_sent(&id, at));
        let budget = Self::kept(clock, Limits::default(), &sent_before, keep);
        budget.set_own_limits(connection.limits, connection.speaks());
        budget
    }
}

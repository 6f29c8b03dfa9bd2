//! The budget of a connection, which outlives a run of the app.

use std::sync::Arc;

use chrono::TimeDelta;

use crate::{Budget, Cache, Clock, Connection, Limits};

/// What was learned longer ago is not known any more: others may have spent of the same then.
const LEARNED_FOR: TimeDelta = TimeDelta::days(1);

impl Budget {
    /// The budget of a connection, with what an earlier run has spent of it and learned of its limit.
    pub(crate) fn of(connection: &Connection, clock: Arc<dyn Clock>, cache: Arc<Cache>) -> Self {
        let id = &connection.id;
        let since = clock.now() - TimeDelta::hours(1);
        let sent_before = cache.sent_since(id, since).unwrap_or_else(|failure| {
            tracing::warn!(?failure, "what was sent before is not known");
            Vec::new()
        });
        let learned = cache.learned(id).unwrap_or_else(|failure| {
            tracing::warn!(?failure, "what was learned of the limit is not known");
            None
        });
        let learned = learned.filter(|learned| clock.now() - learned.at < LEARNED_FOR);
        let keep = {
            let (cache, id) = (cache.clone(), id.clone());
            Box::new(move |at| cache.note_sent(&id, at))
        };
        let id = id.clone();
        let keep_learned = Box::new(move |learned| cache.note_learned(&id, learned));
        let budget = Self::kept(clock, Limits::default(), &sent_before, keep)
            .with_learned(learned, keep_learned);
        budget.set_own_limits(connection.limits, connection.speaks());
        budget
    }
}

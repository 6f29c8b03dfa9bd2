//! A connection that is locked: nothing is written until it is unlocked, and then for a quarter of an
//! hour. Production is safe from slips that way (UX.md, 6).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::{Code, Failure};

/// For how long an unlocked connection can be written to.
const UNLOCKED: TimeDelta = TimeDelta::minutes(15);

/// Whether a connection may be written to.
#[derive(Debug)]
pub(crate) struct ReadOnly {
    is_on: AtomicBool,
    until: Mutex<Option<DateTime<Utc>>>,
}

impl ReadOnly {
    pub(crate) fn new(is_on: bool) -> Self {
        Self {
            is_on: AtomicBool::new(is_on),
            until: Mutex::new(None),
        }
    }

    /// Locks the connection for good, or not any more.
    pub(crate) fn set(&self, is_on: bool) {
        if self.is_on.swap(is_on, Ordering::SeqCst) != is_on {
            *self.until() = None;
        }
    }

    /// Lets writes through for a quarter of an hour; until when.
    pub(crate) fn unlock(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let until = now + UNLOCKED;
        *self.until() = Some(until);
        until
    }

    /// Ends that early.
    pub(crate) fn lock_again(&self) {
        *self.until() = None;
    }

    /// Until when a locked connection can be written to, if it can now.
    pub(crate) fn unlocked_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        // A wall clock that was set back does not prolong it.
        self.until()
            .filter(|until| now < *until && *until - now <= UNLOCKED)
    }

    /// Refuses a write where the connection is locked.
    pub(crate) fn refuse(&self, now: DateTime<Utc>) -> Result<(), Failure> {
        if self.is_on.load(Ordering::SeqCst) && self.unlocked_until(now).is_none() {
            return Err(Failure::new(Code::ReadOnly));
        }
        Ok(())
    }

    fn until(&self) -> MutexGuard<'_, Option<DateTime<Utc>>> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_unlocked_for_a_quarter_of_an_hour_and_no_longer() {
        let now = DateTime::UNIX_EPOCH;
        let lock = ReadOnly::new(true);
        let refused = |at: DateTime<Utc>| lock.refuse(at).map_err(|failure| failure.code);
        assert_eq!(refused(now), Err(Code::ReadOnly));
        let until = lock.unlock(now);
        assert_eq!(until - now, TimeDelta::minutes(15));
        assert_eq!(refused(until - TimeDelta::seconds(1)), Ok(()));
        assert_eq!(refused(until), Err(Code::ReadOnly));
        assert_eq!(
            refused(now - TimeDelta::hours(1)),
            Err(Code::ReadOnly),
            "set back"
        );
        lock.unlock(now);
        lock.lock_again();
        assert_eq!(refused(now), Err(Code::ReadOnly));
        lock.set(false);
        assert_eq!(refused(now), Ok(()));
        lock.set(true);
        assert_eq!(refused(now), Err(Code::ReadOnly));
    }
}

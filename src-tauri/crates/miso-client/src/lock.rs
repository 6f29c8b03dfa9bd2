//! Locks whose holder panicked: what they guard is whole after every step, so it is used on.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks, whether the last holder panicked or not.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

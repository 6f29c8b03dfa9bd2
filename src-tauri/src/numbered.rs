//! What pages ask for by a number, while they show it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use miso_client::ConnectionId;

/// As many of a kind go on at once; the one that was begun first makes room.
const MOST: usize = 16;

/// Things of one kind by their numbers. A page that has gone tells nobody, so there are only so many.
pub(crate) struct Numbered<T> {
    next: AtomicU32,
    all: Mutex<BTreeMap<u32, Arc<T>>>,
}

/// What can have a number.
pub(crate) trait Numberable {
    /// Whose it is: it ends with that account.
    fn connection(&self) -> &ConnectionId;

    /// Nobody asks for it any more.
    fn end(&self);
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self {
            next: AtomicU32::default(),
            all: Mutex::default(),
        }
    }
}

impl<T: Numberable> Numbered<T> {
    /// Keeps one, and gives the number that it is asked for by.
    pub(crate) fn keep(&self, one: Arc<T>) -> u32 {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let mut all = self.all();
        all.insert(number, one);
        let mut ended = Vec::new();
        while all.len() > MOST {
            ended.extend(all.pop_first());
        }
        drop(all);
        ended.iter().for_each(|(_, oldest)| oldest.end());
        number
    }

    /// The one of a number, unless it was ended.
    pub(crate) fn get(&self, number: u32) -> Option<Arc<T>> {
        self.all().get(&number).cloned()
    }

    /// Gives the one of a number away: nobody asks for it here any more.
    pub(crate) fn take(&self, number: u32) -> Option<Arc<T>> {
        self.all().remove(&number)
    }

    /// Ends one; one that has ended already stays so.
    pub(crate) fn end(&self, number: u32) {
        if let Some(ended) = self.take(number) {
            ended.end();
        }
    }

    /// Ends those of a connection: they are not for whoever signs in next.
    pub(crate) fn end_of(&self, connection: &ConnectionId) {
        let mut ended = Vec::new();
        self.all().retain(|_, one| {
            let ends = one.connection() == connection;
            if ends {
                ended.push(one.clone());
            }
            !ends
        });
        ended.iter().for_each(|one| one.end());
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<u32, Arc<T>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;

    struct One(ConnectionId, AtomicBool);

    impl Numberable for One {
        fn connection(&self) -> &ConnectionId {
            &self.0
        }

        fn end(&self) {
            self.1.store(true, Ordering::Relaxed);
        }
    }

    fn one(connection: &str) -> Arc<One> {
        let connection = serde_json::from_value(connection.into()).unwrap();
        Arc::new(One(connection, AtomicBool::default()))
    }

    #[test]
    fn the_first_makes_room_and_a_connection_ends_its_own() {
        let all = Numbered::default();
        let (mine, other) = (one("mine"), one("other"));
        let first = all.keep(mine.clone());
        let second = all.keep(other.clone());
        assert!(all.get(first).is_some() && all.get(second).is_some());
        all.end_of(&mine.0);
        assert!(all.get(first).is_none() && mine.1.load(Ordering::Relaxed));
        assert!(!other.1.load(Ordering::Relaxed));
        for _ in 0..MOST {
            all.keep(one("more"));
        }
        assert!(all.get(second).is_none() && other.1.load(Ordering::Relaxed));
        let last = all.keep(mine.clone());
        all.end(last);
        all.end(last);
        assert!(all.get(last).is_none());
    }
}

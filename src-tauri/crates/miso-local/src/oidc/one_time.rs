//! Launch keys that count once: the app puts one into the address it gives to the browser, so that
//! the lasting key stays out of the browser's history.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;

use super::tokens;
use crate::random::{self, NoRandomness};

/// How long a key can be used.
const TIME: TimeDelta = TimeDelta::minutes(10);
/// How many are kept; the oldest go first.
const MOST: usize = 100;

/// Keys that were given out and not used yet, by their hashes: what is looked up tells nothing by
/// the time it takes.
#[derive(Default)]
pub(crate) struct OneTimeKeys(Mutex<HashMap<Vec<u8>, DateTime<Utc>>>);

impl OneTimeKeys {
    /// A new key, good once and for 10 minutes.
    pub(crate) fn make(&self, now: DateTime<Utc>) -> Result<SecretString, NoRandomness> {
        let key = random::token()?;
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.retain(|_, made| now - *made < TIME);
        while keys.len() >= MOST {
            let oldest = keys.iter().min_by_key(|(_, made)| **made);
            let Some(oldest) = oldest.map(|(hash, _)| hash.clone()) else {
                break;
            };
            keys.remove(&oldest);
        }
        keys.insert(tokens::hash(&key), now);
        Ok(key.into())
    }

    /// Uses a key up and says whether it was good.
    pub(crate) fn spend(&self, key: &str, now: DateTime<Utc>) -> bool {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.remove(&tokens::hash(key))
            .is_some_and(|made| now - made < TIME)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    #[test]
    fn a_key_is_good_once_and_not_for_long() {
        let (keys, now) = (OneTimeKeys::default(), Utc::now());
        let first = keys.make(now).unwrap();
        let second = keys.make(now).unwrap();
        assert!(!keys.spend("a guess", now));
        assert!(keys.spend(first.expose_secret(), now));
        assert!(!keys.spend(first.expose_secret(), now));
        assert!(!keys.spend(second.expose_secret(), now + TIME));
    }

    #[test]
    fn memory_is_bounded() {
        let (keys, now) = (OneTimeKeys::default(), Utc::now());
        let first = keys.make(now - TimeDelta::seconds(1)).unwrap();
        for _ in 0..MOST {
            keys.make(now).unwrap();
        }
        assert!(!keys.spend(first.expose_secret(), now));
    }
}

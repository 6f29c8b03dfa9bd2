//! Launch keys for one sign-in: the app puts one into the address it gives to the browser, so that
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

/// Keys that were given out, by their hashes: what is looked up tells nothing by the time it takes.
#[derive(Default)]
pub(crate) struct OneTimeKeys(Mutex<HashMap<Vec<u8>, Given>>);

struct Given {
    made: DateTime<Utc>,
    /// The challenge of the sign-in that it was used for.
    used_for: Option<String>,
}

impl OneTimeKeys {
    /// A new key, good for one sign-in and for 10 minutes.
    pub(crate) fn make(&self, now: DateTime<Utc>) -> Result<SecretString, NoRandomness> {
        let key = random::token()?;
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.retain(|_, given| now - given.made < TIME);
        while keys.len() >= MOST {
            let oldest = keys.iter().min_by_key(|(_, given)| given.made);
            let Some(oldest) = oldest.map(|(hash, _)| hash.clone()) else {
                break;
            };
            keys.remove(&oldest);
        }
        let given = Given {
            made: now,
            used_for: None,
        };
        keys.insert(tokens::hash(&key), given);
        Ok(key.into())
    }

    /// Uses a key for the sign-in of that challenge (RFC 7636) and says whether it is good for it.
    /// The same address may be opened again, in another browser or by a reload: what comes of it
    /// is worth something only to who began the sign-in.
    pub(crate) fn spend(&self, key: &str, challenge: &str, now: DateTime<Utc>) -> bool {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let given = keys.get_mut(&tokens::hash(key));
        let Some(given) = given.filter(|given| now - given.made < TIME) else {
            return false;
        };
        given.used_for.get_or_insert_with(|| challenge.to_owned()) == challenge
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    #[test]
    fn a_key_is_good_for_one_sign_in_and_not_for_long() {
        let (keys, now) = (OneTimeKeys::default(), Utc::now());
        let key = keys.make(now).unwrap();
        let key = key.expose_secret();
        assert!(!keys.spend("a guess", "mine", now));
        assert!(keys.spend(key, "mine", now));
        assert!(!keys.spend(key, "another's", now));
        assert!(keys.spend(key, "mine", now), "a reload");
        assert!(!keys.spend(key, "mine", now + TIME));
    }

    #[test]
    fn memory_is_bounded() {
        let (keys, now) = (OneTimeKeys::default(), Utc::now());
        let first = keys.make(now - TimeDelta::seconds(1)).unwrap();
        for _ in 0..MOST {
            keys.make(now).unwrap();
        }
        assert!(!keys.spend(first.expose_secret(), "mine", now));
    }
}

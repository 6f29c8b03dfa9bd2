//! Launch keys for one sign-in: the app puts one into the address it gives to the browser, so that
//! the lasting key stays out of the browser's history. Each is made for the challenge of that
//! sign-in (RFC 7636): whoever else reads the address, in a list of processes say, gains nothing
//! by it, since what comes of it can be redeemed only by who began the sign-in.

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
    /// The challenge of the sign-in that it is good for.
    challenge: String,
}

impl OneTimeKeys {
    /// A new key, good for 10 minutes and for the sign-in of this challenge.
    pub(crate) fn make(
        &self,
        challenge: &str,
        now: DateTime<Utc>,
    ) -> Result<SecretString, NoRandomness> {
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
            challenge: challenge.to_owned(),
        };
        keys.insert(tokens::hash(&key), given);
        Ok(key.into())
    }

    /// Whether a key is good for the sign-in of this challenge. The same address may be opened again, in another
    /// browser or by a reload.
    pub(crate) fn opens(&self, key: &str, challenge: &str, now: DateTime<Utc>) -> bool {
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.get(&tokens::hash(key))
            .is_some_and(|given| now - given.made < TIME && given.challenge == challenge)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    #[test]
    fn a_key_is_good_for_one_sign_in_and_not_for_long() {
        let (keys, now) = (OneTimeKeys::default(), Utc::now());
        let key = keys.make("mine", now).unwrap();
        let key = key.expose_secret();
        assert!(!keys.opens("a guess", "mine", now));
        assert!(
            !keys.opens(key, "another's", now),
            "who is first does not count"
        );
        assert!(keys.opens(key, "mine", now));
        assert!(keys.opens(key, "mine", now), "a reload");
        assert!(!keys.opens(key, "mine", now + TIME));
    }

    #[test]
    fn memory_is_bounded() {
        let (keys, now) = (OneTimeKeys::default(), Utc::now());
        let first = keys.make("mine", now - TimeDelta::seconds(1)).unwrap();
        for _ in 0..MOST {
            keys.make("mine", now).unwrap();
        }
        assert!(!keys.opens(first.expose_secret(), "mine", now));
    }
}

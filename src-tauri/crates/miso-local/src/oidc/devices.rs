//! Device sign-ins under way (RFC 8628): what a device waits for, and the pages that answer it.
//! In memory only, short-lived.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::people::Person;
use crate::random::{self, NoRandomness};

/// How long a device may wait.
pub(super) const TIME: TimeDelta = TimeDelta::minutes(10);
/// How often it may ask, and by how much less often each time that it asked sooner (§3.5).
pub(super) const INTERVAL: TimeDelta = TimeDelta::seconds(5);
/// How long one that expired is remembered, so that it is told so.
const MEMORY: TimeDelta = TimeDelta::minutes(10);
/// How many are kept; those that nobody answered go first, the oldest of them.
const MOST: usize = 200;
/// The letters of a user code: no vowels, so no words, and none that looks like another (§6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const CODE_LENGTH: usize = 8;

/// All device sign-ins under way, by their device codes' hashes.
#[derive(Default)]
pub(crate) struct Devices(Mutex<State>);

#[derive(Default)]
struct State {
    waiting: HashMap<Vec<u8>, Waiting>,
    /// Pages that offer the people, and the user code that each is about.
    pages: HashMap<String, (String, DateTime<Utc>)>,
}

/// A device that waits.
struct Waiting {
    user_code: String,
    scope: String,
    began: DateTime<Utc>,
    asked: Option<DateTime<Utc>>,
    interval: TimeDelta,
    answer: Option<Answer>,
}

#[derive(Clone, Copy)]
enum Answer {
    Approved(Person, DateTime<Utc>),
    Denied,
}

/// What a device is given.
pub(super) struct Begun {
    pub(super) device_code: String,
    /// As people read it: two groups of four.
    pub(super) user_code: String,
}

/// What a device hears.
pub(super) enum Polled {
    Pending,
    SlowDown,
    Denied,
    Expired,
    Unknown,
    /// Once: the code is spent by it.
    Approved {
        person: Person,
        scope: String,
        signed_in_at: DateTime<Utc>,
    },
}

impl Devices {
    /// A device begins to wait.
    pub(super) fn begin(&self, scope: String, now: DateTime<Utc>) -> Result<Begun, NoRandomness> {
        let device_code = random::token()?;
        let mut state = self.lock();
        state.forget(now);
        let user_code = loop {
            let code = user_code()?;
            if !state.waiting.values().any(|known| known.user_code == code) {
                break code;
            }
        };
        let shown = shown(&user_code);
        let waiting = Waiting {
            user_code,
            scope,
            began: now,
            asked: None,
            interval: INTERVAL,
            answer: None,
        };
        state
            .waiting
            .insert(super::tokens::hash(&device_code), waiting);
        Ok(Begun {
            device_code,
            user_code: shown,
        })
    }

    /// Begins a page about the device that shows this code, however it was typed, and gives the
    /// id for its form and the code as it is shown.
    pub(super) fn open_page(
        &self,
        typed: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<(String, String)>, NoRandomness> {
        let code = plain(typed);
        let mut state = self.lock();
        state.forget(now);
        if state.unanswered(&code, now).is_none() {
            return Ok(None);
        }
        let id = random::token()?;
        state.pages.insert(id.clone(), (code.clone(), now));
        Ok(Some((id, shown(&code))))
    }

    /// Answers the device that a page is about, with a person or with a refusal; `false` where the
    /// page or the device has ended. A page counts once.
    pub(super) fn answer(&self, page: &str, person: Option<Person>, now: DateTime<Utc>) -> bool {
        let mut state = self.lock();
        let Some((code, _)) = state.pages.remove(page) else {
            return false;
        };
        let Some(waiting) = state.unanswered(&code, now) else {
            return false;
        };
        waiting.answer = Some(match person {
            Some(person) => Answer::Approved(person, now),
            None => Answer::Denied,
        });
        true
    }

    /// A device asks what became of it.
    pub(super) fn poll(&self, device_code: &str, now: DateTime<Utc>) -> Polled {
        let key = super::tokens::hash(device_code);
        let mut state = self.lock();
        let Some(waiting) = state.waiting.get_mut(&key) else {
            return Polled::Unknown;
        };
        if now - waiting.began >= TIME {
            return Polled::Expired;
        }
        let too_soon = waiting
            .asked
            .is_some_and(|before| now - before < waiting.interval);
        waiting.asked = Some(now);
        match waiting.answer {
            // Who has an answer need not wait for it.
            Some(Answer::Denied) => {
                state.waiting.remove(&key);
                Polled::Denied
            }
            Some(Answer::Approved(person, signed_in_at)) => {
                let scope = waiting.scope.clone();
                state.waiting.remove(&key);
                Polled::Approved {
                    person,
                    scope,
                    signed_in_at,
                }
            }
            None if too_soon => {
                waiting.interval += INTERVAL;
                Polled::SlowDown
            }
            None => Polled::Pending,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn unanswered(&mut self, code: &str, now: DateTime<Utc>) -> Option<&mut Waiting> {
        self.waiting.values_mut().find(|waiting| {
            waiting.user_code == code && waiting.answer.is_none() && now - waiting.began < TIME
        })
    }

    /// Lets go of what has ended, and makes room for one more of each.
    fn forget(&mut self, now: DateTime<Utc>) {
        self.waiting
            .retain(|_, waiting| now - waiting.began < TIME + MEMORY);
        self.pages.retain(|_, (_, began)| now - *began < TIME);
        while self.waiting.len() >= MOST {
            let first = self
                .waiting
                .iter()
                .min_by_key(|(_, waiting)| (waiting.answer.is_some(), waiting.began))
                .map(|(key, _)| key.clone());
            let Some(first) = first else { break };
            self.waiting.remove(&first);
        }
        while self.pages.len() >= MOST {
            let first = self.pages.iter().min_by_key(|(_, (_, began))| *began);
            let Some(first) = first.map(|(id, _)| id.clone()) else {
                break;
            };
            self.pages.remove(&first);
        }
    }
}

/// A code as it is compared: letters alone, in capitals.
fn plain(typed: &str) -> String {
    let letters = typed.chars().filter(char::is_ascii_alphabetic);
    letters.map(|letter| letter.to_ascii_uppercase()).collect()
}

/// A code as people read it.
fn shown(code: &str) -> String {
    match code.split_at_checked(CODE_LENGTH / 2) {
        Some((one, two)) => format!("{one}-{two}"),
        None => code.to_owned(),
    }
}

fn user_code() -> Result<String, NoRandomness> {
    let mut code = String::with_capacity(CODE_LENGTH);
    while code.len() < CODE_LENGTH {
        let [byte] = random::bytes::<1>()?;
        // 240 is a multiple of 20: each letter is as likely as any other.
        if byte < 240 {
            code.extend(
                LETTERS
                    .get(usize::from(byte) % LETTERS.len())
                    .map(|letter| char::from(*letter)),
            );
        }
    }
    Ok(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people;
    use proptest::prelude::*;

    fn begun(devices: &Devices, now: DateTime<Utc>) -> Begun {
        devices.begin("api".into(), now).unwrap()
    }

    #[test]
    fn who_asks_too_often_is_slowed_down_more_each_time() {
        let (devices, now) = (Devices::default(), Utc::now());
        let code = begun(&devices, now).device_code;
        let poll = |seconds| devices.poll(&code, now + TimeDelta::seconds(seconds));
        assert!(matches!(poll(0), Polled::Pending));
        assert!(matches!(poll(4), Polled::SlowDown));
        assert!(matches!(poll(13), Polled::SlowDown), "10 s from now on");
        assert!(matches!(poll(28), Polled::Pending));
        assert!(matches!(poll(600), Polled::Expired));
        assert!(matches!(devices.poll("another", now), Polled::Unknown));
    }

    #[test]
    fn an_answer_is_given_once_and_at_once() {
        let (devices, now) = (Devices::default(), Utc::now());
        let begun = begun(&devices, now);
        assert!(matches!(
            devices.poll(&begun.device_code, now),
            Polled::Pending
        ));
        let typed = begun.user_code.to_lowercase().replace('-', " ");
        let (page, code) = devices.open_page(&typed, now).unwrap().unwrap();
        assert_eq!(code, begun.user_code);
        let (second, _) = devices.open_page(&code, now).unwrap().unwrap();
        assert!(devices.answer(&page, Some(people::ALL[0]), now));
        assert!(!devices.answer(&page, None, now), "a page counts once");
        assert!(!devices.answer(&second, None, now), "it has its answer");
        assert!(devices.open_page(&code, now).unwrap().is_none());
        let Polled::Approved { person, scope, .. } = devices.poll(&begun.device_code, now) else {
            panic!("not approved")
        };
        assert_eq!((person.id, scope.as_str()), (people::ALL[0].id, "api"));
        assert!(matches!(
            devices.poll(&begun.device_code, now),
            Polled::Unknown
        ));
    }

    #[test]
    fn what_has_expired_is_not_answered_any_more() {
        let (devices, now) = (Devices::default(), Utc::now());
        let begun = begun(&devices, now);
        let (page, _) = devices.open_page(&begun.user_code, now).unwrap().unwrap();
        let late = now + TIME;
        assert!(!devices.answer(&page, Some(people::ALL[0]), late));
        assert!(devices.open_page(&begun.user_code, late).unwrap().is_none());
        assert!(matches!(
            devices.poll(&begun.device_code, late),
            Polled::Expired
        ));
    }

    #[test]
    fn memory_is_bounded_and_an_answer_outlives_a_flood() {
        let (devices, now) = (Devices::default(), Utc::now());
        let first = begun(&devices, now);
        let (page, _) = devices.open_page(&first.user_code, now).unwrap().unwrap();
        assert!(devices.answer(&page, None, now));
        for _ in 0..2 * MOST {
            begun(&devices, now + TimeDelta::seconds(1));
        }
        assert!(devices.lock().waiting.len() <= MOST);
        assert!(matches!(
            devices.poll(&first.device_code, now),
            Polled::Denied
        ));
    }

    proptest! {
        #[test]
        fn only_the_code_opens_a_page(typed in "[ -~]{0,12}") {
            let (devices, now) = (Devices::default(), Utc::now());
            let begun = begun(&devices, now);
            let opened = devices.open_page(&typed, now).unwrap().is_some();
            prop_assert_eq!(opened, shown(&plain(&typed)) == begun.user_code);
        }
    }
}

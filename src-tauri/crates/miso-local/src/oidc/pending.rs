//! Sign-ins that have begun and not ended: what the page's form refers to, and codes on their way
//! to the token endpoint. Both are in memory only, single-use and short-lived.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

use crate::people::Person;
use crate::random::{self, NoRandomness};

/// How long a sign-in page can be used.
const PAGE_TIME: TimeDelta = TimeDelta::minutes(10);
/// How long a code can be exchanged.
const CODE_TIME: TimeDelta = TimeDelta::seconds(60);
/// How long a spent code is remembered, so that its second use is noticed.
const MEMORY: TimeDelta = TimeDelta::minutes(30);
/// How many wrong keys a page takes.
const WRONG_KEYS: u8 = 10;
/// How many of each are kept; the oldest go first.
const MOST: usize = 1000;

/// What a client asked for, checked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) client_id: String,
    pub(crate) redirect: Url,
    pub(crate) state: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) challenge: String,
    pub(crate) scope: String,
}

/// A sign-in page that was shown.
#[derive(Clone, Debug)]
struct Page {
    asked: Asked,
    /// Whether who sees it holds the launch key.
    unlocked: bool,
    wrong_keys: u8,
    began: DateTime<Utc>,
}

/// A code, and what it stands for.
#[derive(Clone, Debug)]
struct Code {
    grant: Grant,
    made: DateTime<Utc>,
    spent: bool,
    reused: bool,
}

/// What a code gives.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) asked: Asked,
    pub(crate) person: Person,
    pub(crate) signed_in_at: DateTime<Utc>,
    /// The id its session will have.
    pub(crate) session: String,
}

/// What became of a code.
pub(crate) enum Redeemed {
    Granted(Box<Grant>),
    /// It was spent before: what came of it must end.
    Reused {
        session: String,
    },
    Unknown,
}

/// All sign-ins under way.
#[derive(Default)]
pub(crate) struct Pending {
    pages: Mutex<HashMap<String, Page>>,
    codes: Mutex<HashMap<String, Code>>,
}

impl Pending {
    /// Begins a sign-in page and gives the id for its form.
    pub(crate) fn begin(
        &self,
        asked: Asked,
        unlocked: bool,
        now: DateTime<Utc>,
    ) -> Result<String, NoRandomness> {
        let id = random::token()?;
        let mut pages = lock(&self.pages);
        pages.retain(|_, page| now - page.began < PAGE_TIME);
        // Whoever holds no launch key pushes out nobody who does.
        make_room(&mut pages, |page| (page.unlocked, page.began));
        pages.insert(
            id.clone(),
            Page {
                asked,
                unlocked,
                wrong_keys: 0,
                began: now,
            },
        );
        Ok(id)
    }

    /// What a page asked for, if it is still good.
    pub(crate) fn asked(&self, id: &str, now: DateTime<Utc>) -> Option<Asked> {
        lock(&self.pages)
            .get(id)
            .filter(|page| now - page.began < PAGE_TIME)
            .map(|page| page.asked.clone())
    }

    /// Ends a page that was unlocked: its form counts once.
    pub(crate) fn take_unlocked(&self, id: &str, now: DateTime<Utc>) -> Option<Asked> {
        let mut pages = lock(&self.pages);
        if !pages.get(id)?.unlocked {
            return None;
        }
        pages
            .remove(id)
            .filter(|page| now - page.began < PAGE_TIME)
            .map(|page| page.asked)
    }

    /// Ends a page, unlocked or not.
    pub(crate) fn take(&self, id: &str, now: DateTime<Utc>) -> Option<Asked> {
        lock(&self.pages)
            .remove(id)
            .filter(|page| now - page.began < PAGE_TIME)
            .map(|page| page.asked)
    }

    /// Counts a wrong key; too many end the page.
    pub(crate) fn wrong_key(&self, id: &str) {
        let mut pages = lock(&self.pages);
        let Some(page) = pages.get_mut(id) else {
            return;
        };
        page.wrong_keys += 1;
        if page.wrong_keys >= WRONG_KEYS {
            pages.remove(id);
        }
    }

    /// Makes the code for a person who was chosen.
    pub(crate) fn issue_code(
        &self,
        asked: Asked,
        person: Person,
        now: DateTime<Utc>,
    ) -> Result<String, NoRandomness> {
        let code = random::token()?;
        let session = random::token()?;
        let grant = Grant {
            asked,
            person,
            signed_in_at: now,
            session,
        };
        let mut codes = lock(&self.codes);
        codes.retain(|_, code| now - code.made < MEMORY);
        make_room(&mut codes, |code| code.made);
        codes.insert(
            code.clone(),
            Code {
                grant,
                made: now,
                spent: false,
                reused: false,
            },
        );
        Ok(code)
    }

    /// Spends a code, whatever comes of it.
    pub(crate) fn redeem(&self, code: &str, now: DateTime<Utc>) -> Redeemed {
        let mut codes = lock(&self.codes);
        let Some(known) = codes.get_mut(code) else {
            return Redeemed::Unknown;
        };
        if known.spent {
            known.reused = true;
            return Redeemed::Reused {
                session: known.grant.session.clone(),
            };
        }
        known.spent = true;
        if now - known.made >= CODE_TIME {
            return Redeemed::Unknown;
        }
        Redeemed::Granted(Box::new(known.grant.clone()))
    }

    /// Whether a code came a second time while its session was being made.
    pub(crate) fn was_reused(&self, code: &str) -> bool {
        lock(&self.codes).get(code).is_some_and(|code| code.reused)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets the one go that comes first by `rank` where there are as many as may be.
fn make_room<T, R: Ord>(entries: &mut HashMap<String, T>, rank: impl Fn(&T) -> R) {
    if entries.len() < MOST {
        return;
    }
    let first = entries
        .iter()
        .min_by_key(|(_, entry)| rank(entry))
        .map(|(id, _)| id.clone());
    if let Some(first) = first {
        entries.remove(&first);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people;

    fn asked() -> Asked {
        Asked {
            client_id: "miso-desktop".into(),
            redirect: "http://127.0.0.1:1/callback".parse().unwrap(),
            state: None,
            nonce: None,
            challenge: String::new(),
            scope: "openid".into(),
        }
    }

    #[test]
    fn a_form_counts_once() {
        let (pending, now) = (Pending::default(), Utc::now());
        let id = pending.begin(asked(), true, now).unwrap();
        assert!(pending.take_unlocked(&id, now).is_some());
        assert!(pending.take_unlocked(&id, now).is_none());
    }

    #[test]
    fn a_locked_page_gives_nobody() {
        let (pending, now) = (Pending::default(), Utc::now());
        let id = pending.begin(asked(), false, now).unwrap();
        assert!(pending.take_unlocked(&id, now).is_none());
        for _ in 0..WRONG_KEYS {
            assert!(pending.asked(&id, now).is_some());
            pending.wrong_key(&id);
        }
        assert!(pending.asked(&id, now).is_none());
    }

    #[test]
    fn pages_and_codes_expire() {
        let (pending, now) = (Pending::default(), Utc::now());
        let id = pending.begin(asked(), true, now).unwrap();
        assert!(pending.take_unlocked(&id, now + PAGE_TIME).is_none());
        let code = pending.issue_code(asked(), people::ALL[0], now).unwrap();
        assert!(matches!(
            pending.redeem(&code, now + CODE_TIME),
            Redeemed::Unknown
        ));
    }

    #[test]
    fn a_second_use_of_a_code_is_noticed() {
        let (pending, now) = (Pending::default(), Utc::now());
        let code = pending.issue_code(asked(), people::ALL[0], now).unwrap();
        let Redeemed::Granted(grant) = pending.redeem(&code, now) else {
            panic!("not granted")
        };
        assert!(!pending.was_reused(&code));
        let Redeemed::Reused { session } = pending.redeem(&code, now) else {
            panic!("not noticed")
        };
        assert_eq!(session, grant.session);
        assert!(pending.was_reused(&code));
    }

    #[test]
    fn memory_is_bounded() {
        let (pending, now) = (Pending::default(), Utc::now());
        let unlocked = pending.begin(asked(), true, now).unwrap();
        for second in 0..(MOST as i64 + 50) {
            pending
                .begin(asked(), false, now + TimeDelta::milliseconds(second))
                .unwrap();
        }
        assert!(lock(&pending.pages).len() <= MOST);
        // Its page is the oldest, but who sees it holds the launch key.
        assert!(pending.take_unlocked(&unlocked, now).is_some());
    }
}

//! What is told outside of the pages: that a place which somebody watches is unwell, that it is well
//! again, and that a request for access waits for a decision. It is told by comparing what was told
//! before with what is known now; the words are others' business.

mod asking;

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use miso_api::{AccessRequest, EnvironmentEntry};
use tokio::sync::Notify;

use crate::fleet::State;
use crate::lock::lock;
use crate::{Client, Resource, Source, Stage};

/// Of one place something is told once in this time at most, however often it changes.
const QUIET: Duration = Duration::from_secs(10 * 60);

/// Something to tell.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// A place is unwell.
    Unwell {
        /// The application's key.
        application: String,
        /// Where.
        environment: Stage,
        /// Why, in the server's words.
        message: Option<String>,
    },
    /// It is well again.
    Well {
        /// The application's key.
        application: String,
        /// Where.
        environment: Stage,
    },
    /// A request for access waits for the caller's decision.
    Asked {
        /// The request.
        request: AccessRequest,
    },
}

/// What somebody wants to be told of a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The keys of the applications that are watched.
    pub applications: Vec<String>,
    /// Whether requests for access are told.
    pub requests: bool,
}

/// What was told of one connection.
#[derive(Default)]
pub(crate) struct Telling {
    state: Mutex<Told>,
    wake: Arc<Notify>,
}

#[derive(Default)]
struct Told {
    wanted: Wanted,
    /// Somebody is signed in.
    is_on: bool,
    /// Somebody asks for what no page shows.
    is_kept: bool,
    places: BTreeMap<Place, PlaceTold>,
    /// The requests that were known; `None` before the first reading.
    requests: Option<HashSet<String>>,
}

/// Application and environment.
type Place = (String, String);

/// What was told of a place.
#[derive(Clone, Copy, Default)]
struct PlaceTold {
    /// Whether it was unwell; `None` where neither is known yet.
    unwell: Option<bool>,
    /// When that was told, if it was.
    at: Option<Duration>,
}

impl Drop for Telling {
    fn drop(&mut self) {
        self.wake.notify_one();
    }
}

impl Client {
    /// Has what no page shows asked for as background, as far as it is wanted: the list once a
    /// minute, requests for access every ten minutes where the caller may decide.
    pub fn look_after(&self, wanted: Wanted) {
        let telling = &self.inner.telling;
        let is_kept = {
            let mut told = lock(&telling.state);
            if told.wanted == wanted && told.is_kept {
                return;
            }
            let entries = self.entries_now(&wanted.applications);
            told.want(wanted);
            // What is known now is the first reading: what changes before the next one is news.
            for (application, entry) in entries {
                told.begin((application, entry.environment.clone()), State::of(&entry));
            }
            std::mem::replace(&mut told.is_kept, true)
        };
        if !is_kept {
            let clock = self.inner.clock.clone();
            tokio::spawn(asking::keep(
                Arc::downgrade(&self.inner),
                clock,
                telling.wake.clone(),
            ));
        }
        telling.wake.notify_one();
    }

    /// What is news since it was asked for the last time. Nothing is at the first reading in this
    /// run of the app, nor what the server did not say just now.
    pub fn news(&self) -> Vec<News> {
        // Held meanwhile, so that what was read earlier is not taken later.
        let mut told = lock(&self.inner.telling.state);
        let wanted = told.wanted.clone();
        let entries = self.entries_now(&wanted.applications);
        let waiting = wanted.requests.then(|| self.waiting_now()).flatten();
        let stages = self.known_stages();
        let now = self.inner.clock.monotonic();
        let mut news = Vec::new();
        for (application, entry) in entries {
            let state = State::of(&entry);
            let place = (application.clone(), entry.environment.clone());
            let Some(unwell) = told.place(place, state, now) else {
                continue;
            };
            let environment = stages.stage(&entry.environment);
            news.push(match unwell {
                true => News::Unwell {
                    application,
                    environment,
                    message: entry.health_message,
                },
                false => News::Well {
                    application,
                    environment,
                },
            });
        }
        if let Some(waiting) = waiting {
            let asked = told.requests(waiting);
            news.extend(asked.into_iter().map(|request| News::Asked { request }));
        }
        news
    }

    /// How many places of what is watched are unwell, as far as is known; `None` where nothing is.
    pub fn watched_unwell(&self) -> Option<usize> {
        let applications = lock(&self.inner.telling.state).wanted.applications.clone();
        let known = applications
            .iter()
            .filter_map(|key| self.known_application(key));
        let mut places = known.flat_map(|known| known.environments).peekable();
        places.peek()?;
        Some(places.filter(|entry| State::of(entry).is_unwell()).count())
    }

    /// Where applications run, of those of which the server said so in this run and last.
    fn entries_now(&self, applications: &[String]) -> Vec<(String, EnvironmentEntry)> {
        let is_live = |resource: &Resource| {
            let known = self.inner.view.raw(resource);
            matches!(known, Some((_, _, Source::Live)))
        };
        let is_listed = is_live(&Resource::Applications);
        let mut entries = Vec::new();
        for key in applications {
            let application = key.clone();
            if !is_listed && !is_live(&Resource::Application { application }) {
                continue;
            }
            let known = self.known_application(key).into_iter();
            let placed = known.flat_map(|known| known.environments);
            entries.extend(placed.map(|entry| (key.clone(), entry)));
        }
        entries
    }
}

impl Telling {
    /// Somebody is signed in from now on.
    pub(crate) fn go_on(&self) {
        lock(&self.state).is_on = true;
        self.wake.notify_one();
    }

    /// The account is left: what the next one sees is nobody's news.
    pub(crate) fn leave_the_account(&self) {
        let mut told = lock(&self.state);
        told.is_on = false;
        told.places.clear();
        told.requests = None;
    }

    /// What the caller may do is known anew.
    pub(crate) fn look_again(&self) {
        self.wake.notify_one();
    }

    /// What is asked for now.
    fn asked_for(&self) -> Wanted {
        let told = lock(&self.state);
        match told.is_on {
            true => told.wanted.clone(),
            false => Wanted::default(),
        }
    }
}

impl Told {
    /// What is wanted from now on; what is not begins anew where it is wanted again.
    fn want(&mut self, wanted: Wanted) {
        let is_wanted = |(application, _): &Place| wanted.applications.contains(application);
        self.places.retain(|place, _| is_wanted(place));
        if !wanted.requests {
            self.requests = None;
        }
        self.wanted = wanted;
    }

    /// How a place is when somebody begins to watch it.
    fn begin(&mut self, place: Place, state: State) {
        if !self.places.contains_key(&place) {
            // Nothing is told of a first reading.
            self.place(place, state, Duration::ZERO);
        }
    }

    /// Whether it is to be told that a place is unwell (`true`) or well again (`false`). What could
    /// not be told, because it was just before, is told later if it is so then.
    fn place(&mut self, place: Place, state: State, now: Duration) -> Option<bool> {
        let is_first = !self.places.contains_key(&place);
        let told = self.places.entry(place).or_default();
        let unwell = match state {
            State::Bad | State::Warning => true,
            State::Well => false,
            // Stopped on purpose, or not known to be either.
            State::Progress | State::Unknown | State::Off => return None,
        };
        let before = told.unwell.unwrap_or_default();
        if is_first || before == unwell {
            told.unwell = Some(unwell);
            return None;
        }
        if told.at.is_some_and(|at| now.saturating_sub(at) < QUIET) {
            return None;
        }
        *told = PlaceTold {
            unwell: Some(unwell),
            at: Some(now),
        };
        Some(unwell)
    }

    /// Those of the waiting requests that were not known before.
    fn requests(&mut self, waiting: Vec<AccessRequest>) -> Vec<AccessRequest> {
        let ids = waiting.iter().map(|request| request.id.clone()).collect();
        let Some(before) = self.requests.replace(ids) else {
            return Vec::new();
        };
        let is_new = |request: &AccessRequest| !before.contains(&request.id);
        waiting.into_iter().filter(is_new).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn place() -> Place {
        ("shop".to_owned(), "dev".to_owned())
    }

    /// What is told of a place that has these states at these minutes.
    fn told(states: &[(u32, State)]) -> Vec<(u32, bool)> {
        let mut told = Told::default();
        let each = states.iter().filter_map(|(minute, state)| {
            let news = told.place(place(), *state, MINUTE * *minute)?;
            Some((*minute, news))
        });
        each.collect()
    }

    #[test]
    fn a_change_is_told_and_the_first_reading_is_not() {
        use State::{Bad, Off, Progress, Unknown, Warning, Well};
        assert_eq!(told(&[(0, Bad), (1, Bad)]), []);
        assert_eq!(told(&[(0, Well), (1, Well)]), []);
        assert_eq!(
            told(&[(0, Well), (1, Bad), (20, Well)]),
            [(1, true), (20, false)]
        );
        assert_eq!(told(&[(0, Bad), (1, Well)]), [(1, false)]);
        assert_eq!(
            told(&[(0, Well), (1, Warning), (2, Bad)]),
            [(1, true)],
            "it is unwell already"
        );
        assert_eq!(
            told(&[(0, Progress), (1, Bad)]),
            [(1, true)],
            "it was seen before"
        );
        assert_eq!(told(&[(0, Unknown), (1, Well)]), []);
        assert_eq!(
            told(&[(0, Bad), (1, Progress), (2, Unknown), (3, Off), (4, Well)]),
            [(4, false)]
        );
        assert_eq!(told(&[(0, Well), (1, Progress), (2, Off), (3, Well)]), []);
    }

    #[test]
    fn what_turns_unwell_before_the_first_reading_after_its_star_is_told() {
        let mut told = Told::default();
        told.begin(place(), State::Well);
        assert_eq!(told.place(place(), State::Bad, MINUTE), Some(true));
        told.begin(place(), State::Well);
        assert_eq!(
            told.place(place(), State::Well, MINUTE * 20),
            Some(false),
            "it began once"
        );
    }

    #[test]
    fn what_goes_to_and_fro_is_told_once_in_ten_minutes_and_as_it_is_in_the_end() {
        use State::{Bad, Well};
        let flapping: Vec<_> = (0..=30)
            .map(|minute| (minute, if minute % 2 == 0 { Well } else { Bad }))
            .collect();
        assert_eq!(told(&flapping), [(1, true), (12, false), (23, true)]);
        let mended = [(0, Well), (1, Bad)].into_iter();
        let mended: Vec<_> = mended.chain((2..20).map(|minute| (minute, Well))).collect();
        assert_eq!(told(&mended), [(1, true), (11, false)]);
        assert_eq!(
            told(&[(0, Well), (1, Bad), (2, Well), (3, Bad), (30, Bad)]),
            [(1, true)],
            "it is still as it was told"
        );
    }

    #[test]
    fn each_place_is_told_by_itself_and_what_nobody_watches_begins_anew() {
        let mut all = Told::default();
        let other = ("till".to_owned(), "dev".to_owned());
        let wanted = |applications: &[&str]| Wanted {
            applications: applications.iter().map(|key| (*key).to_owned()).collect(),
            requests: false,
        };
        all.want(wanted(&["shop", "till"]));
        assert_eq!(all.place(place(), State::Well, MINUTE), None);
        assert_eq!(all.place(other.clone(), State::Well, MINUTE), None);
        assert_eq!(all.place(place(), State::Bad, MINUTE), Some(true));
        assert_eq!(all.place(other.clone(), State::Bad, MINUTE), Some(true));
        all.want(wanted(&["shop"]));
        all.want(wanted(&["shop", "till"]));
        assert_eq!(all.place(other, State::Well, MINUTE * 30), None);
        assert_eq!(all.place(place(), State::Well, MINUTE * 30), Some(false));
    }

    #[test]
    fn a_request_is_told_once_and_those_of_the_first_reading_are_not() {
        let mut all = Told::default();
        let mut read = |ids: &[&str]| -> Vec<String> {
            let waiting = ids.iter().map(|id| {
                let request = json!({"id": id, "applicationKey": "shop", "role": "viewer",
                    "status": "pending"});
                serde_json::from_value(request).unwrap()
            });
            let told = all.requests(waiting.collect());
            told.into_iter().map(|request| request.id).collect()
        };
        assert_eq!(read(&["a"]), [""; 0]);
        assert_eq!(read(&["a", "b", "c"]), ["b", "c"]);
        assert_eq!(read(&["a", "b", "c"]), [""; 0]);
        assert_eq!(read(&["c"]), [""; 0], "the others were decided");
    }
}

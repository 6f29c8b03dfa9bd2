//! The logs of some applications are recorded as long as somebody is signed in, whether a page
//! shows them or not: each in every environment that it was deployed to. What that costs of the
//! budget is what is left of it (`tail/recorded.rs`).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::client::Inner;
use crate::lock::lock;
use crate::tail::{LogKey, LogPlace, TailProgress, TailState, record};
use crate::{Client, Code, Event, Failure};

/// As many logs are recorded at once: each takes its part of the memory, of the disk and of the
/// budget.
const MOST: usize = 24;
/// They begin one after the other, and not before the pages have asked for what they show.
const APART: Duration = Duration::from_secs(1);

/// Where the lines of an application in an environment go. May block.
pub type LogPlaces = Arc<dyn Fn(&str, &str) -> Result<LogPlace, Failure> + Send + Sync>;

/// A log that is recorded, or should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Recording {
    /// The application's key.
    pub application: String,
    /// The environment's key.
    pub environment: String,
    /// How it goes.
    pub state: RecordingState,
}

/// How the recording of a log goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum RecordingState {
    /// It has not been asked for yet.
    Beginning,
    /// All that is written comes here.
    Recorded {
        /// Since when in this run of the app.
        since: DateTime<Utc>,
    },
    /// Nothing comes for now; it goes on by itself.
    Held {
        /// Since when it was recorded before.
        since: Option<DateTime<Utc>>,
        /// Why.
        failure: Failure,
    },
    /// As many others are recorded as can be.
    TooMany,
}

/// What is recorded of one connection.
#[derive(Default)]
pub(crate) struct Recorder {
    state: Mutex<State>,
    wake: Arc<Notify>,
}

#[derive(Default)]
struct State {
    /// Which applications, and where their lines go; `None` before anybody said so.
    wanted: Option<(Vec<String>, LogPlaces)>,
    /// Somebody is signed in.
    is_on: bool,
    /// Somebody looks after it.
    is_kept: bool,
    logs: BTreeMap<LogKey, Kept>,
}

/// A log that should be recorded.
struct Kept {
    state: RecordingState,
    /// Set where it is recorded no more.
    ended: CancellationToken,
    step: Step,
}

/// How far it has come to be recorded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    ToBegin,
    Begun,
    /// There was no place for its lines.
    Failed,
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.wake.notify_one();
    }
}

impl Client {
    /// Records the logs of these applications from now on and no others, in the order of their
    /// importance: what is beyond 24 logs is not recorded. Lines that were kept stay.
    pub fn record(&self, applications: Vec<String>, places: LogPlaces) {
        let recorder = &self.inner.recorder;
        let is_kept = {
            let mut state = lock(&recorder.state);
            state.wanted = Some((applications, places));
            std::mem::replace(&mut state.is_kept, true)
        };
        if !is_kept {
            let wake = recorder.wake.clone();
            tokio::spawn(keep(Arc::downgrade(&self.inner), wake));
        }
        recorder.wake.notify_one();
    }

    /// What is recorded and what should be, by application and environment.
    pub fn recordings(&self) -> Vec<Recording> {
        let state = lock(&self.inner.recorder.state);
        let told = state.logs.iter().map(|(log, kept)| Recording {
            application: log.application.clone(),
            environment: log.environment.clone(),
            state: kept.state.clone(),
        });
        told.collect()
    }
}

impl Recorder {
    /// Somebody is signed in from now on.
    pub(crate) fn go_on(&self) {
        lock(&self.state).is_on = true;
        self.wake.notify_one();
    }

    /// The account is left: nothing of it is recorded any more.
    pub(crate) fn leave_the_account(&self) {
        let mut state = lock(&self.state);
        state.is_on = false;
        for (_, kept) in std::mem::take(&mut state.logs) {
            kept.ended.cancel();
        }
    }

    /// Where applications run is known anew.
    pub(crate) fn look_again(&self) {
        self.wake.notify_one();
    }

    /// Notes how a recording goes; whether that is news.
    fn note(
        &self,
        log: &LogKey,
        mine: &CancellationToken,
        next: impl FnOnce(&mut Kept) -> RecordingState,
    ) -> bool {
        let mut state = lock(&self.state);
        let Some(kept) = state.logs.get_mut(log) else {
            return false;
        };
        if mine.is_cancelled() {
            return false;
        }
        let next = next(kept);
        let is_news = kept.state != next;
        kept.state = next;
        is_news
    }
}

/// Looks after what is recorded, until the client is gone.
async fn keep(client: Weak<Inner>, wake: Arc<Notify>) {
    loop {
        wake.notified().await;
        let mut tries_again = true;
        loop {
            let next = match client.upgrade() {
                Some(client) => settle(&client, tries_again),
                None => return,
            };
            let Some(next) = next else { break };
            tries_again = false;
            tokio::time::sleep(APART).await;
            begin(&client, next).await;
        }
    }
}

/// Ends what is not wanted any more; what is to begin next, if anything is.
fn settle(
    client: &Arc<Inner>,
    tries_again: bool,
) -> Option<(LogKey, LogPlaces, CancellationToken)> {
    let recorder = &client.recorder;
    let (applications, places) = lock(&recorder.state).wanted.clone()?;
    let known = logs_of(client, &applications);
    let mut state = lock(&recorder.state);
    let logs = if state.is_on { known } else { Vec::new() };
    let within = logs.len().min(MOST);
    let before = states(&state);
    state.logs.retain(|log, kept| {
        let stays = logs[..within].contains(log) && kept.state != RecordingState::TooMany;
        if !stays {
            kept.ended.cancel();
            client.tails.end_recording(log);
        }
        stays
    });
    for (at, log) in logs.iter().enumerate() {
        let (begins, step) = match at < within {
            true => (RecordingState::Beginning, Step::ToBegin),
            false => (RecordingState::TooMany, Step::Begun),
        };
        let kept = state.logs.entry(log.clone()).or_insert_with(|| Kept {
            state: begins,
            ended: CancellationToken::new(),
            step,
        });
        if tries_again && kept.step == Step::Failed {
            kept.step = Step::ToBegin;
        }
    }
    let is_news = before != states(&state);
    let next = logs.iter().find_map(|log| {
        let kept = state.logs.get_mut(log);
        let kept = kept.filter(|kept| kept.step == Step::ToBegin)?;
        kept.step = Step::Begun;
        Some((log.clone(), places.clone(), kept.ended.clone()))
    });
    drop(state);
    if is_news {
        announce(client);
    }
    next
}

fn states(state: &State) -> Vec<(LogKey, RecordingState)> {
    let logs = state.logs.iter();
    logs.map(|(log, kept)| (log.clone(), kept.state.clone()))
        .collect()
}

/// The logs of applications, as far as it is known where these run.
fn logs_of(client: &Inner, applications: &[String]) -> Vec<LogKey> {
    let known = applications
        .iter()
        .filter_map(|key| client.view.known_application(key));
    let logs = known.flat_map(|known| {
        let key = known.key;
        known.environments.into_iter().map(move |entry| LogKey {
            application: key.clone(),
            environment: entry.environment,
        })
    });
    logs.collect()
}

/// Begins to record a log.
async fn begin(client: &Weak<Inner>, next: (LogKey, LogPlaces, CancellationToken)) {
    let (log, places, ended) = next;
    let wanted = log.clone();
    let open = move || places(&wanted.application, &wanted.environment);
    let place = tokio::task::spawn_blocking(open).await;
    let place =
        place.unwrap_or_else(|error| Err(Failure::new(Code::LogStoreFailed).with("reason", error)));
    let Some(inner) = client.upgrade() else {
        return;
    };
    let place = match place {
        Ok(place) => place,
        Err(failure) => {
            // It is tried again when there is news of where applications run.
            let held = |kept: &mut Kept| {
                kept.step = Step::Failed;
                RecordingState::Held {
                    since: None,
                    failure,
                }
            };
            if inner.recorder.note(&log, &ended, held) {
                announce(&inner);
            }
            return;
        }
    };
    let (client, mine, told) = (client.clone(), ended.clone(), log.clone());
    let on_progress = move |progress| {
        if let Some(client) = client.upgrade()
            && client.recorder.note(&told, &mine, |kept| {
                after(&kept.state, progress, client.clock.now())
            })
        {
            announce(&client);
        }
    };
    // Nobody leaves the account meanwhile: what ends it waits for this.
    let _state = lock(&inner.recorder.state);
    if !ended.is_cancelled() {
        record(&inner, log, place, Box::new(on_progress), &ended);
    }
}

/// How a recording goes after its tail has said something.
fn after(before: &RecordingState, progress: TailProgress, now: DateTime<Utc>) -> RecordingState {
    let since = match before {
        RecordingState::Recorded { since } => Some(*since),
        RecordingState::Held { since, .. } => *since,
        RecordingState::Beginning | RecordingState::TooMany => None,
    };
    match (progress.failure, progress.state) {
        (Some(failure), _) => RecordingState::Held { since, failure },
        (None, TailState::CatchingUp | TailState::Live) => RecordingState::Recorded {
            since: since.unwrap_or(now),
        },
        (None, TailState::Waiting) => before.clone(),
    }
}

fn announce(client: &Inner) {
    let connection = client.id.clone();
    client
        .publish
        .publish(Event::RecordingsChanged { connection });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(state: TailState, failure: Option<Code>) -> TailProgress {
        TailProgress {
            state,
            total: None,
            newest: None,
            failure: failure.map(Failure::new),
            gap: None,
        }
    }

    #[test]
    fn a_recording_that_was_held_up_goes_on_since_it_began() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let begun = after(
            &RecordingState::Beginning,
            progress(TailState::Live, None),
            at(1),
        );
        assert_eq!(begun, RecordingState::Recorded { since: at(1) });
        let held = after(
            &begun,
            progress(TailState::Waiting, Some(Code::BudgetWait)),
            at(2),
        );
        assert_eq!(
            held,
            RecordingState::Held {
                since: Some(at(1)),
                failure: Failure::new(Code::BudgetWait),
            }
        );
        let goes_on = after(&held, progress(TailState::CatchingUp, None), at(3));
        assert_eq!(goes_on, begun);
    }

    #[test]
    fn what_never_began_says_why_and_not_since_when() {
        let held = after(
            &RecordingState::Beginning,
            progress(TailState::Waiting, Some(Code::Forbidden)),
            DateTime::UNIX_EPOCH,
        );
        let RecordingState::Held { since, failure } = held else {
            panic!("it is held");
        };
        assert_eq!((since, failure.code), (None, Code::Forbidden));
    }
}

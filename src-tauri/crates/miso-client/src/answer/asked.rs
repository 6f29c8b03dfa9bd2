//! What is known for an answer. Nothing is asked for it that a page does not show anyway; of the
//! first unwell applications of an overview, what is missing is asked in the background.

use std::collections::HashSet;
use std::sync::Mutex;

use chrono::{DateTime, TimeDelta, Utc};
use miso_api::{
    Application, Deployment, EnvironmentEntry, Event, Events, Health, MetricSeries, Metrics, Page,
};

use super::facts::{Facts, LogSays, LogSpan, Other, others_of};
use super::{Answer, log_span};
use crate::fleet::{UnwellPlace, entry_of};
use crate::lock::lock;
use crate::{Class, Client, Failure, Reading, Resource, State, TimeRange};

/// As many of the unwell as an overview shows with their reasons.
const FIRST: usize = 5;
/// A reading of the health that is so much older than the application's own is not the newest word.
const OLDER: TimeDelta = TimeDelta::seconds(15);

/// So many are remembered to have been looked at.
const REMEMBERED: usize = 1_000;

/// An application, an environment, and since when it is unwell there; or a deployment alone that cannot
/// be read.
type Turn = (String, String, Option<DateTime<Utc>>);

/// Which unwell places were looked at closer.
#[derive(Default)]
pub(crate) struct LookedAt(Mutex<HashSet<Turn>>);

impl LookedAt {
    /// Forgets all of them: the next account looks for itself.
    pub(crate) fn clear(&self) {
        lock(&self.0).clear();
    }

    fn has(&self, turn: &Turn) -> bool {
        lock(&self.0).contains(turn)
    }

    /// Has one be looked at again.
    fn forget(&self, turn: &Turn) {
        lock(&self.0).remove(turn);
    }

    /// Notes that one is looked at; whether it was not before.
    fn note(&self, turn: Turn) -> bool {
        let mut all = lock(&self.0);
        if all.len() >= REMEMBERED {
            all.clear();
        }
        all.insert(turn)
    }
}

/// What the view knows of a place beside its entry.
struct Known {
    health: Option<Health>,
    deployments: Vec<Deployment>,
    events: Vec<Event>,
    metrics: Vec<MetricSeries>,
}

impl Known {
    fn facts<'a>(
        &'a self,
        application: &'a str,
        entry: &'a EnvironmentEntry,
        others: &'a [Other],
    ) -> Facts<'a> {
        Facts {
            application,
            entry,
            health: self.health.as_ref(),
            deployments: self.deployments.iter().collect(),
            events: &self.events,
            metrics: &self.metrics,
            others,
        }
    }
}

impl Client {
    /// The answer for an application in an environment, as old as the application's own reading.
    /// `log` is asked what the log says, where there is something to say of it. Nothing is asked of
    /// the server but the application itself, where nothing is known of it, and where
    /// it is unwell the deployment that runs or failed, once.
    /// Nothing is answered where it was never deployed.
    ///
    /// # Errors
    /// Where nothing is known of the application and the server could not be asked.
    pub async fn answer<L>(
        &self,
        application: String,
        environment: String,
        log: impl FnOnce(LogSpan) -> L + Send,
    ) -> Result<Reading<Option<Answer>>, Failure>
    where
        L: Future<Output = Option<LogSays>> + Send,
    {
        let reading = self.application(application).await?;
        let Some(entry) = entry_of(&reading.value, &environment).cloned() else {
            return Ok(reading.map(|_| None));
        };
        let key = &reading.value.key;
        let mut known = self.known_of(key, &environment, reading.as_of);
        self.read_what_runs(&entry, &mut known.deployments).await;
        let others = self.others_in(&environment);
        let now = self.inner.clock.now();
        let says = match log_span(&known.facts(key, &entry, &others), now) {
            Some(span) => {
                self.read_configuration(&mut known.deployments).await;
                log(span).await
            }
            None => None,
        };
        let answer = Answer::of(&known.facts(key, &entry, &others), says.as_ref(), now);
        Ok(reading.map(|_| Some(answer)))
    }

    /// The answer from what is known alone, for who tells that a place is unwell: nothing is asked of
    /// the server. `None` where the place is not known, or not to be unwell.
    pub async fn known_answer<L>(
        &self,
        application: &str,
        environment: &str,
        log: impl FnOnce(LogSpan) -> L + Send,
    ) -> Option<Answer>
    where
        L: Future<Output = Option<LogSays>> + Send,
    {
        let (as_of, found) = self.inner.view.dated_application(application)?;
        let entry = entry_of(&found, environment).filter(|entry| State::of(entry).is_unwell())?;
        let known = self.known_of(application, environment, as_of);
        let others = self.others_in(environment);
        let facts = known.facts(application, entry, &others);
        let now = self.inner.clock.now();
        let says = match log_span(&facts, now) {
            Some(span) => log(span).await,
            None => None,
        };
        let answer = Answer::of(&facts, says.as_ref(), now);
        answer.state.is_unwell().then_some(answer)
    }

    /// Says more of the first ones, with what is known of them beside the list.
    pub(crate) fn say_more(
        &self,
        unwell: &mut [UnwellPlace],
        list: &[Application],
        as_of: DateTime<Utc>,
    ) {
        let (now, others) = (self.inner.clock.now(), others_of(list));
        for place in unwell.iter_mut().take(FIRST) {
            let environment = place.environment.key.as_str();
            let application = list.iter().find(|one| one.key == place.application);
            let entry = application.and_then(|one| entry_of(one, environment));
            let Some(entry) = entry else { continue };
            let known = self.known_of(&place.application, environment, as_of);
            let others = others.get(environment);
            let others = others.map(Vec::as_slice).unwrap_or_default();
            let facts = known.facts(&place.application, entry, others);
            place.answer = Answer::of(&facts, None, now);
        }
    }

    /// Asks, as background, for the health of the first ones and for what happened to them: once
    /// for each time that one turned unwell, or again where nobody could be asked.
    pub(crate) fn look_closer(&self, unwell: &[UnwellPlace]) {
        for place in unwell.iter().take(FIRST) {
            let (application, environment) = (&place.application, &place.environment.key);
            let seen = (application.clone(), environment.clone(), place.answer.since);
            if !self.inner.looked_at.note(seen.clone()) {
                continue;
            }
            let wanted = [
                Resource::Health {
                    application: application.clone(),
                    environment: environment.clone(),
                },
                Resource::Events {
                    application: application.clone(),
                    environment: environment.clone(),
                    range: TimeRange::Hour,
                },
            ];
            let inner = self.inner.clone();
            tokio::spawn(async move {
                for resource in wanted {
                    if let Err(failure) = inner.refresh(&resource, Class::Background).await {
                        tracing::debug!(code = ?failure.code, "an unwell application was not looked at");
                        if failure.is_passing() {
                            inner.looked_at.forget(&seen);
                            return;
                        }
                    }
                }
            });
        }
    }

    /// The deployment that runs there, where the lists do not have it yet: it is what all else is held
    /// against.
    async fn read_what_runs(&self, entry: &EnvironmentEntry, deployments: &mut Vec<Deployment>) {
        let Some(id) = &entry.deployment_id else {
            return;
        };
        if deployments.iter().any(|one| one.id == *id) {
            return;
        }
        if let Some(running) = self.read_once(id).await {
            let newest = deployments.first().and_then(|one| one.created_at);
            if running.created_at >= newest {
                deployments.insert(0, running);
            }
        }
    }

    /// A deployment by its own reading. The answer is made anew as often as the application changes:
    /// what cannot be read is not asked for each time.
    async fn read_once(&self, id: &str) -> Option<Deployment> {
        let unread = (id.to_owned(), String::new(), None);
        let resource = Resource::Deployment { id: id.to_owned() };
        if let Some(known) = self.peek(&resource) {
            return Some(known);
        }
        if self.inner.looked_at.has(&unread) {
            return None;
        }
        match self.inner.refresh(&resource, Class::Watched).await {
            Ok(()) => self.peek(&resource),
            Err(failure) if failure.is_passing() => None,
            Err(_) => {
                self.inner.looked_at.note(unread);
                None
            }
        }
    }

    /// The newest deployment that has ended, with the configuration it ran with: lists leave that
    /// out. It changes no more, so it is asked for once, and only where something is wrong.
    async fn read_configuration(&self, deployments: &mut [Deployment]) {
        let mut ended = deployments.iter_mut().filter(|one| one.status.has_ended());
        let Some(last) = ended.next().filter(|last| last.configuration.is_empty()) else {
            return;
        };
        if let Some(whole) = self.read_once(&last.id).await {
            last.configuration = whole.configuration;
        }
    }

    fn known_of(&self, application: &str, environment: &str, as_of: DateTime<Utc>) -> Known {
        let place = || (application.to_owned(), environment.to_owned());
        let (key, there) = place();
        let health = self.peek_reading::<Health>(&Resource::Health {
            application: key,
            environment: there,
        });
        let health = health.filter(|health| as_of - health.as_of <= OLDER);
        let ranges = || {
            TimeRange::ALL.into_iter().map(|range| {
                let (application, environment) = place();
                (application, environment, range)
            })
        };
        let events = ranges().filter_map(|(application, environment, range)| {
            let known = Resource::Events {
                application,
                environment,
                range,
            };
            self.peek_reading::<Events>(&known)
        });
        let events = events.max_by_key(|reading| reading.as_of);
        // The finest that is known.
        let metrics = ranges().find_map(|(application, environment, range)| {
            self.peek::<Metrics>(&Resource::Metrics {
                application,
                environment,
                range,
            })
        });
        let (_, environment) = place();
        Known {
            health: health.map(|reading| reading.value),
            deployments: self.deployments_in(application, &environment),
            events: events.map(|reading| reading.value.data).unwrap_or_default(),
            metrics: metrics.map(|metrics| metrics.series).unwrap_or_default(),
        }
    }

    fn others_in(&self, environment: &str) -> Vec<Other> {
        let list: Option<Page<Application>> = self.peek(&Resource::Applications);
        let list = list.map(|page| page.data).unwrap_or_default();
        others_of(&list).remove(environment).unwrap_or_default()
    }
}

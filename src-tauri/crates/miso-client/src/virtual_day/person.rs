//! Somebody who works with the app all day: looks at the overview, opens an application, deploys it
//! and watches that.

use std::io;
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use miso_api::{Appended, DeployRequest, LineSink, LogLine};

use super::far_end::{APPLICATIONS, DEPLOYING, ENVIRONMENTS, Line, key};
use crate::session::Surroundings;
use crate::{Class, Client, Clock, Lease, LogPlace, LogPlaces, Resource, TimeRange};

/// Seconds between two renewals of the leases (the page's habit).
const RENEW: u64 = 20;
/// Seconds between two looks at the ages; no age repeats in step with it.
const LOOK: u64 = 3;
/// Their round, in seconds: so long on the overview, so long on an application, then a deployment.
pub(super) const OVERVIEW: u64 = 240;
const APPLICATION: u64 = 360;
pub(super) const ROUND: u64 = OVERVIEW + APPLICATION + 300;

/// Ages in seconds, one for each look at something that was on screen.
#[derive(Default)]
pub(super) struct Ages {
    pub(super) in_front: Vec<f64>,
    pub(super) deployment: Vec<f64>,
    pub(super) rest: Vec<f64>,
    pub(super) measured: Vec<f64>,
}

pub(super) struct Person {
    pub(super) client: Client,
    pub(super) line: Arc<Line>,
    pub(super) ages: Ages,
    pub(super) log: Arc<Log>,
    clock: Arc<dyn Clock>,
    /// Where in their round they began, and how many seconds ago.
    offset: u64,
    /// They deploy in one of so many rounds.
    deploys_every: u64,
    second: u64,
    screen: Screen,
}

/// How old each line of a log was when it came, in seconds.
pub(super) struct Log {
    pub(super) ages: Mutex<Vec<f64>>,
    clock: Arc<dyn Clock>,
}

impl LineSink for Log {
    fn append(&self, lines: &[LogLine]) -> io::Result<Appended> {
        let now = self.clock.now();
        let mut ages = self.ages.lock().unwrap();
        ages.extend(
            lines
                .iter()
                .map(|line| (now - line.timestamp).as_seconds_f64()),
        );
        let (total, new) = (ages.len() as u64, lines.len());
        Ok(Appended { total, new })
    }
}

#[derive(Default)]
struct Screen {
    in_front: Option<Resource>,
    rest: Vec<Resource>,
    measured: Option<Resource>,
    deployment: Option<(Resource, chrono::DateTime<chrono::Utc>)>,
    leases: Vec<(Resource, Lease)>,
    /// The application whose log is open.
    log: Option<(String, Lease)>,
    opened: chrono::DateTime<chrono::Utc>,
}

impl Person {
    /// Starts the app.
    pub(super) async fn start(
        around: &Surroundings,
        line: Arc<Line>,
        offset: u64,
        deploys_every: u64,
    ) -> Self {
        let connection = crate::Connection::to("https://miso.test/".parse().unwrap(), &[]);
        let cache = Arc::new(crate::Cache::in_memory().unwrap());
        let client = Client::simulated(
            &connection,
            around.clone(),
            cache,
            line.clone(),
            line.clone(),
        );
        let mut person = Self {
            log: Arc::new(Log {
                ages: Mutex::default(),
                clock: around.clock.clone(),
            }),
            clock: around.clock.clone(),
            client,
            line,
            ages: Ages::default(),
            offset,
            deploys_every,
            second: 0,
            screen: Screen::default(),
        };
        person.overview();
        let (me, list, recent) = tokio::join!(
            person.client.me(),
            person.client.applications(),
            person.client.deployments(None)
        );
        assert!(me.is_ok() && list.is_ok() && recent.is_ok());
        person
    }

    /// Has the logs of so many applications recorded; where all of their lines go.
    pub(super) fn record(&self, applications: usize) -> Arc<Log> {
        let recorded = Arc::new(Log {
            ages: Mutex::default(),
            clock: self.clock.clone(),
        });
        let sink = recorded.clone();
        let places: LogPlaces = Arc::new(move |_, _| {
            Ok(LogPlace {
                sink: sink.clone(),
                cursor: None,
                keep_cursor: Arc::new(|_| {}),
            })
        });
        self.client.inner.recorder.go_on();
        self.client
            .record((0..applications).map(key).collect(), places);
        recorded
    }

    /// What they do in a second.
    pub(super) async fn tick(&mut self) {
        self.second += 1;
        let round = (self.second + self.offset) / ROUND;
        let number = (round as usize * 7 + self.offset as usize) % APPLICATIONS;
        match (self.second + self.offset) % ROUND {
            0 => self.overview(),
            OVERVIEW => self.application(&key(number)).await,
            at if at == OVERVIEW + APPLICATION
                && (round + self.offset).is_multiple_of(self.deploys_every) =>
            {
                self.deploy(&key(number)).await;
            }
            _ => {}
        }
        if self.second.is_multiple_of(RENEW) {
            for (resource, lease) in &mut self.screen.leases {
                if self.client.renew(&lease.id).is_err() {
                    *lease = self.client.watch(resource.clone());
                }
            }
            if let Some((application, lease)) = &self.screen.log
                && self.client.renew(&lease.id).is_err()
            {
                let application = application.clone();
                self.screen.log = Some(self.follow(application));
            }
        }
        if self.second.is_multiple_of(LOOK) {
            self.look();
        }
    }

    fn overview(&mut self) {
        let rest = vec![Resource::Deployments { application: None }];
        self.show(Resource::Applications, rest);
    }

    async fn application(&mut self, application: &str) {
        let health = Resource::Health {
            application: application.to_owned(),
            environment: ENVIRONMENTS[0].to_owned(),
        };
        let rest = vec![
            Resource::Applications,
            Resource::Deployments { application: None },
            Resource::Application {
                application: application.to_owned(),
            },
            Resource::Deployments {
                application: Some(application.to_owned()),
            },
        ];
        self.show(health, rest);
        self.timeline(application);
        self.screen.log = Some(self.follow(application.to_owned()));
        // A click that waits for the budget goes on; so does the day.
        let client = self.client.clone();
        let application = application.to_owned();
        tokio::spawn(async move {
            let health = client.health(application.clone(), ENVIRONMENTS[0].to_owned());
            let own = client.application(application.clone());
            let history = client.deployments(Some(application.clone()));
            tokio::join!(health, own, history)
        });
    }

    /// What the timeline of the application is made of besides.
    fn timeline(&mut self, application: &str) {
        let place = || (application.to_owned(), ENVIRONMENTS[0].to_owned());
        let (range, (application, environment)) = (TimeRange::Hour, place());
        let metrics = Resource::Metrics {
            application,
            environment,
            range,
        };
        let (application, environment) = place();
        let events = Resource::Events {
            application,
            environment,
            range,
        };
        for resource in [metrics.clone(), events] {
            let lease = self.client.watch(resource.clone());
            self.screen.leases.push((resource, lease));
        }
        self.screen.measured = Some(metrics);
    }

    fn follow(&self, application: String) -> (String, Lease) {
        let place = LogPlace {
            sink: self.log.clone(),
            cursor: None,
            keep_cursor: Arc::new(|_| {}),
        };
        let environment = ENVIRONMENTS[0].to_owned();
        let lease = self
            .client
            .follow_log(application.clone(), environment, place, |_| {});
        (application, lease)
    }

    async fn deploy(&mut self, application: &str) {
        let request = DeployRequest {
            environment: ENVIRONMENTS[0].to_owned(),
            image: Some("miso/hello:1.1".to_owned()),
            note: None,
            ..DeployRequest::default()
        };
        let started = self.client.deploy(application, &request).await;
        // Where the budget says to wait for long, they try again the next time.
        let Ok(started) = started else { return };
        let resource = Resource::Deployment { id: started.id };
        let lease = self.client.watch(resource.clone());
        self.screen.leases.push((resource.clone(), lease));
        self.screen.deployment = Some((resource, self.clock.now()));
    }

    fn show(&mut self, in_front: Resource, rest: Vec<Resource>) {
        for (_, lease) in self.screen.leases.drain(..) {
            self.client.end(&lease.id);
        }
        if let Some((_, lease)) = self.screen.log.take() {
            self.client.end(&lease.id);
        }
        let all = std::iter::once(&in_front).chain(&rest);
        let leases = all
            .map(|resource| (resource.clone(), self.client.watch(resource.clone())))
            .collect();
        self.screen = Screen {
            in_front: Some(in_front),
            rest,
            measured: None,
            deployment: None,
            leases,
            log: None,
            opened: self.clock.now(),
        };
    }

    /// Notes how old everything is that is on screen.
    fn look(&mut self) {
        let now = self.clock.now();
        let opened = self.screen.opened;
        let view = &self.client.inner.view;
        let age = |resource: &Resource| {
            let as_of = view.raw(resource).map_or(opened, |(_, as_of, _)| as_of);
            (now - as_of).as_seconds_f64()
        };
        self.ages
            .in_front
            .extend(self.screen.in_front.iter().map(age));
        self.ages.rest.extend(self.screen.rest.iter().map(age));
        self.ages
            .measured
            .extend(self.screen.measured.iter().map(age));
        if let Some((resource, since)) = &self.screen.deployment
            && now - *since < DEPLOYING - TimeDelta::seconds(1)
        {
            self.ages.deployment.push(age(resource));
        }
    }

    /// Requests by class.
    pub(super) fn sent(&self) -> [u64; 3] {
        [Class::Interactive, Class::Watched, Class::Background]
            .map(|class| self.client.inner.budget.sent(class))
    }
}

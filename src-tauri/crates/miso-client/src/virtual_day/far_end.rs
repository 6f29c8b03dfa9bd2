//! A far end without sockets: applications that are deployed and go on, and a request limit that all
//! who use one client id spend of.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use futures_util::stream;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::clock::HandClock;
use crate::http::Carrier;
use crate::transport::Tokens;
use crate::{Clock, Failure};

pub(super) const APPLICATIONS: usize = 40;
pub(super) const ENVIRONMENTS: [&str; 3] = ["dev", "test", "prod"];
/// How long a deployment takes.
pub(super) const DEPLOYING: TimeDelta = TimeDelta::minutes(5);
/// An application writes a line so often.
const WRITES: Duration = Duration::from_secs(15);
const PER_HOUR: u32 = 1000;
const PER_MINUTE: u32 = 100;

/// The far end.
pub(super) struct FarEnd {
    clock: Arc<HandClock>,
    state: Mutex<State>,
}

struct State {
    hour: Window,
    minute: Window,
    deployments: Vec<Deployed>,
}

struct Deployed {
    application: String,
    environment: String,
    image: String,
    at: DateTime<Utc>,
}

/// A window that begins with the first request in it.
struct Window {
    began: i64,
    length: i64,
    used: u32,
}

impl Window {
    fn room(&mut self, now: i64, limit: u32) -> bool {
        if now >= self.began + self.length {
            (self.began, self.used) = (now, 0);
        }
        self.used < limit
    }
}

impl FarEnd {
    pub(super) fn new(clock: Arc<HandClock>) -> Arc<Self> {
        let window = |length| Window {
            began: 0,
            length,
            used: 0,
        };
        Arc::new(Self {
            clock,
            state: Mutex::new(State {
                hour: window(3600),
                minute: window(60),
                deployments: Vec::new(),
            }),
        })
    }

    /// Counts a request; what is left of the hour, or `None` where it is one too many.
    pub(super) fn admit(&self) -> (Option<u32>, i64) {
        let now = self.clock.now().timestamp();
        let mut state = self.state.lock().unwrap();
        let room = state.hour.room(now, PER_HOUR) & state.minute.room(now, PER_MINUTE);
        if room {
            state.hour.used += 1;
            state.minute.used += 1;
        }
        let left = PER_HOUR - state.hour.used;
        (room.then_some(left), state.hour.began + state.hour.length)
    }

    /// A log as it is written.
    fn log(&self, open: Open) -> reqwest::Body {
        let begin = (self.clock.clone(), open);
        let lines = stream::unfold(begin, async |(clock, open)| {
            tokio::time::sleep(WRITES).await;
            let now = clock.now();
            let line = json!({"id": now.to_string(), "timestamp": time(now), "message": "m"});
            let event = format!("event: line\nid: now\ndata: {line}\n\n");
            Some((Ok::<_, std::io::Error>(event), (clock, open)))
        });
        reqwest::Body::wrap_stream(lines)
    }

    fn answer(&self, request: &reqwest::Request) -> Value {
        let now = self.clock.now();
        let mut state = self.state.lock().unwrap();
        let parts: Vec<&str> = request.url().path().split('/').skip(2).collect();
        match parts.as_slice() {
            ["users", "me"] => json!({"id": "1", "username": "aino.laine", "roles": ["admin"],
                "permissions": [], "environments": ENVIRONMENTS}),
            ["applications"] => {
                let all = (0..APPLICATIONS).map(|number| state.application(&key(number), now));
                page(all.collect())
            }
            ["applications", key] => state.application(key, now),
            ["applications", key, "health"] => json!({"status": "healthy", "checkedAt": time(now),
                "checks": [{"name": key, "status": "healthy"}], "history": []}),
            ["applications", _, "metrics"] => json!({"series": []}),
            ["applications", _, "events"] => json!({"data": []}),
            ["applications", key, "deployments"] => {
                page(state.listed(now, |one| one.application == **key))
            }
            ["applications", key, "deploy"] => {
                let body = request.body().and_then(reqwest::Body::as_bytes).unwrap();
                let asked: Value = serde_json::from_slice(body).unwrap();
                state.deployments.push(Deployed {
                    application: (*key).to_owned(),
                    environment: asked["environment"].as_str().unwrap().to_owned(),
                    image: asked["image"].as_str().unwrap().to_owned(),
                    at: now,
                });
                state.deployment(state.deployments.len() - 1, now)
            }
            // Only what is written from now on.
            ["applications", _, "logs"] => json!({"data": [], "nextCursor": "now"}),
            ["deployments"] => page(state.listed(now, |_| true)),
            ["deployments", id] => state.deployment(id.parse().unwrap(), now),
            ["environments"] => page(
                ENVIRONMENTS
                    .iter()
                    .map(|key| json!({"key": key, "displayName": key, "status": "healthy"}))
                    .collect(),
            ),
            other => panic!("{other:?}"),
        }
    }
}

impl State {
    fn application(&self, key: &str, now: DateTime<Utc>) -> Value {
        let environments: Vec<Value> = ENVIRONMENTS
            .iter()
            .map(|environment| {
                let newest = self
                    .deployments
                    .iter()
                    .rfind(|one| one.application == key && one.environment == **environment);
                let is_deploying = newest.is_some_and(|one| now < one.at + DEPLOYING);
                json!({"environment": environment, "health": "healthy",
                    "status": if is_deploying { "deploying" } else { "running" },
                    "image": "miso/hello:1.0"})
            })
            .collect();
        json!({"key": key, "displayName": key, "type": "api", "status": "running",
            "environments": environments})
    }

    fn deployment(&self, number: usize, now: DateTime<Utc>) -> Value {
        let one = &self.deployments[number];
        let passed = (now - one.at).as_seconds_f64() / DEPLOYING.as_seconds_f64();
        json!({"id": number.to_string(), "applicationKey": one.application,
            "environment": one.environment, "image": one.image,
            "status": if passed < 1.0 { "running" } else { "completed" },
            "progress": (passed.min(1.0) * 100.0) as u32, "createdAt": time(one.at)})
    }

    fn listed(&self, now: DateTime<Utc>, which: impl Fn(&Deployed) -> bool) -> Vec<Value> {
        let numbers = (0..self.deployments.len()).rev();
        let wanted = numbers.filter(|number| which(&self.deployments[*number]));
        wanted
            .take(200)
            .map(|number| self.deployment(number, now))
            .collect()
    }
}

pub(super) fn key(number: usize) -> String {
    format!("app-{number}")
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn page(data: Vec<Value>) -> Value {
    let total = data.len();
    json!({"data": data, "meta": {"page": 1, "pageSize": 200, "total": total,
        "totalPages": total.div_ceil(200)}})
}

/// One client's way to the far end.
pub(super) struct Line {
    far_end: Arc<FarEnd>,
    /// Requests that were answered, and that were refused as too many.
    pub(super) answered: AtomicU32,
    pub(super) refused: AtomicU32,
    /// Streams that were opened, which are among those that were answered.
    pub(super) streams: AtomicU32,
    /// Those that are open, and the most that ever were at once.
    open: Arc<AtomicU32>,
    pub(super) most_open: AtomicU32,
}

/// Held by a stream that is open.
struct Open(Arc<AtomicU32>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Line {
    pub(super) fn to(far_end: &Arc<FarEnd>) -> Arc<Self> {
        Arc::new(Self {
            far_end: far_end.clone(),
            answered: AtomicU32::new(0),
            refused: AtomicU32::new(0),
            streams: AtomicU32::new(0),
            open: Arc::default(),
            most_open: AtomicU32::new(0),
        })
    }

    fn opens(&self) -> Open {
        let open = self.open.fetch_add(1, Ordering::Relaxed) + 1;
        self.most_open.fetch_max(open, Ordering::Relaxed);
        Open(self.open.clone())
    }
}

#[async_trait]
impl Carrier for Line {
    async fn carry(&self, request: reqwest::Request) -> Result<reqwest::Response, reqwest::Error> {
        tokio::time::sleep(Duration::from_millis(40)).await;
        let (left, resets) = self.far_end.admit();
        let answer = http::Response::builder()
            .header("content-type", "application/json")
            .header("x-ratelimit-limit", PER_HOUR)
            .header("x-ratelimit-remaining", left.unwrap_or(0))
            .header("x-ratelimit-reset", resets);
        let (status, body) = match left {
            Some(_) => (200, self.far_end.answer(&request)),
            None => (
                429,
                json!({"error": {"code": "RATE_LIMITED", "message": "wait"}}),
            ),
        };
        let count = if left.is_some() {
            &self.answered
        } else {
            &self.refused
        };
        count.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(80)).await;
        let accepted = request.headers().get("accept").unwrap();
        if left.is_some() && accepted == "text/event-stream" {
            self.streams.fetch_add(1, Ordering::Relaxed);
            let mut stream = answer.body(self.far_end.log(self.opens())).unwrap();
            let kind = "text/event-stream".parse().unwrap();
            stream.headers_mut().insert("content-type", kind);
            return Ok(stream.into());
        }
        Ok(answer.status(status).body(body.to_string()).unwrap().into())
    }
}

#[async_trait]
impl Tokens for Line {
    async fn bearer(&self) -> Result<SecretString, Failure> {
        Ok("a token".into())
    }
    async fn renewed(&self, _refused: &SecretString) -> Result<SecretString, Failure> {
        self.bearer().await
    }
    fn rejected(&self, _token: &SecretString) {}
}
